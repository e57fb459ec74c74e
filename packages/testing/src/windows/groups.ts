/** Windowed groups with every aggregate over every type of field, in steps so small that everything meets at an edge. */
import { aggregate, defineEntity, defineWindowedGroup, field, type WindowedGroup } from '@tidemark/domain';

export const sensor = defineEntity({ name: 'sensor', key: { sensor: 'string' } });

const fields = {
  label: field.text({ maxBytes: 12 }),
  level: field.integer({ within: 1_000 }),
  price: field.decimal({ scale: 2, within: 100 }),
  ratio: field.number(),
};

const everything = (boundary: 'before' | 'at-or-before'): WindowedGroup =>
  defineWindowedGroup({
    name: 'everything',
    entity: sensor,
    fields,
    boundary,
    step: '1s',
    lateness: '10s',
    futureTolerance: '2s',
    redelivery: '5s',
    bounds: { events: 400, eventsPerStep: 40, idBytes: 8 },
    windows: {
      events_3s: aggregate.count({ length: '3s' }),
      events_8s: aggregate.count({ length: '8s', step: '2s' }),
      levels_3s: aggregate.countOf('level', { length: '3s' }),
      level_sum_3s: aggregate.sum('level', { length: '3s' }),
      level_mean_8s: aggregate.mean('level', { length: '8s', step: '2s' }),
      level_variance_3s: aggregate.variance('level', { length: '3s' }),
      level_min_1s: aggregate.min('level', { length: '1s' }),
      level_max_8s: aggregate.max('level', { length: '8s', step: '2s' }),
      price_sum_3s: aggregate.sum('price', { length: '3s' }),
      price_mean_3s: aggregate.mean('price', { length: '3s' }),
      price_variance_8s: aggregate.variance('price', { length: '8s', step: '2s' }),
      price_min_3s: aggregate.min('price', { length: '3s' }),
      ratio_max_3s: aggregate.max('ratio', { length: '3s' }),
      ratio_last_3s: aggregate.last('ratio', { length: '3s' }),
      ratios_3s: aggregate.distinct('ratio', { length: '3s' }),
      label_min_3s: aggregate.min('label', { length: '3s' }),
      label_max_8s: aggregate.max('label', { length: '8s', step: '2s' }),
      label_first_3s: aggregate.first('label', { length: '3s' }),
      label_last_8s: aggregate.last('label', { length: '8s', step: '2s' }),
      labels_3s: aggregate.distinct('label', { length: '3s' }),
      labels_8s: aggregate.distinct('label', { length: '8s', step: '2s' }),
      levels_distinct_8s: aggregate.distinct('level', { length: '8s', step: '2s' }),
      first_label: aggregate.first('label'),
      last_price: aggregate.last('price'),
    },
  });

/** One for each boundary. */
export const windowedGroups: readonly WindowedGroup[] = [everything('before'), everything('at-or-before')];
