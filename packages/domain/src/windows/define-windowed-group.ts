import type { Entity, KeyShape, KeyValues } from '../define-entity.ts';
import { defineGroup, type Group } from '../define-group.ts';
import { type Duration, parseDurationMs } from '../duration.ts';
import { TidemarkError } from '../errors.ts';
import type { FeatureType } from '../feature-type.ts';
import { assertFeatureName } from '../names.ts';
import type { TableFormat } from '../table-format.ts';
import type { Aggregate, AggregateOver, WindowFeatures } from './aggregate.ts';
import type { FieldInput, FieldShape } from './event-field.ts';
import { featureOf, planAggregate } from './plan-aggregate.ts';
import { assertBounds, type WindowBounds } from './window-bounds.ts';
import { EVENT_GROUP_FEATURES } from './window-groups.ts';
import { planLayout, type WindowLayout } from './window-layout.ts';

/** Everything that deciding and evaluating need to know about a windowed group. */
export interface WindowSettings<Fields extends FieldShape = FieldShape> {
  readonly fields: Fields;
  /** `id`: the producer's event id; `content`: a hash of event time and values. */
  readonly identity: 'id' | 'content';
  /** Whether an event at the very time t is in the window of t. */
  readonly boundary: 'before' | 'at-or-before';
  /** An event may arrive up to this long after its event time, this included. */
  readonly latenessMs: number;
  /** Its event time may lie up to this long after its arrival, this included. */
  readonly futureToleranceMs: number;
  /** How far back, in arrival time, the stream may deliver again what an entity has consumed. */
  readonly redeliveryMs: number;
  readonly bounds: WindowBounds;
  readonly layout: WindowLayout;
}

/** A feature group whose features are aggregates over windows of event time, kept exact under every kind of delivery. */
export interface WindowedGroup<
  Name extends string = string,
  Key extends KeyShape = KeyShape,
  Fields extends FieldShape = FieldShape,
  Features extends Readonly<Record<string, FeatureType>> = Readonly<Record<string, FeatureType>>,
> extends Group<Name, Key, Features> {
  readonly windowed: WindowSettings<Fields>;
}

export const isWindowed = (group: Group): group is WindowedGroup => 'windowed' in group;

/** What a mapping returns for a windowed group: one event of one entity. */
export type EventInput<G extends WindowedGroup> =
  G extends WindowedGroup<string, infer Key, infer Fields>
    ? { readonly [Part in keyof Key]: KeyValues<Key>[Part] | null | undefined } & {
        readonly eventTime: string | null | undefined;
        /** The producer's id; not read where `identity` is `content`. */
        readonly eventId?: string | null | undefined;
      } & { readonly [Name in keyof Fields]?: FieldInput<Fields[Name]> | null | undefined }
    : never;

const DEFAULT_ID_BYTES = 64;

/**
 * Declares a windowed group over one kind of event.
 * @throws DEFINITION_INVALID naming what cannot work: lengths that are no multiple of their step, sums that could pass what is
 * exact, a record that could pass 350 KB.
 */
export function defineWindowedGroup<
  const Name extends string,
  Key extends KeyShape,
  const Fields extends FieldShape,
  const Windows extends Readonly<Record<string, AggregateOver<NoInfer<Fields>>>>,
>(group: {
  readonly name: Name;
  readonly version?: number;
  readonly entity: Entity<Key>;
  readonly fields: Fields;
  readonly windows: Windows;
  /** The step of windows that name none. */
  readonly step: Duration;
  readonly lateness: Duration;
  readonly futureTolerance?: Duration;
  readonly redelivery?: Duration;
  readonly boundary?: WindowSettings['boundary'];
  readonly identity?: WindowSettings['identity'];
  readonly precision?: 's' | 'ms';
  readonly bounds: {
    /** Events of one entity within lateness and redelivery. */
    readonly events: number;
    /** Events of one entity in one step. */
    readonly eventsPerStep: number;
    /** Different values of one field in one step. Default: as many as events. */
    readonly distinctPerStep?: number;
    readonly idBytes?: number;
  };
  /** Of the history of its events. */
  readonly tableFormat?: TableFormat;
  readonly description?: string;
  readonly owner?: string;
}): WindowedGroup<Name, Key, Fields, WindowFeatures<Fields, Windows>> {
  const where = `group ${group.name}`;
  assertFields(where, group.entity, group.fields);
  const stepMs = parseDurationMs(group.step);
  const windows: readonly (readonly [string, Aggregate])[] = Object.entries(group.windows);
  const planned = windows.map(([name, one]) => planAggregate(where, name, one, group.fields, stepMs));
  const plain = defineGroup({
    name: group.name,
    entity: group.entity,
    features: Object.fromEntries(windows.map(([name, one]) => [name, featureOf(one, group.fields)])),
    ...(group.version === undefined ? {} : { version: group.version }),
    ...(group.precision === undefined ? {} : { precision: group.precision }),
    ...(group.tableFormat === undefined ? {} : { tableFormat: group.tableFormat }),
    ...(group.description === undefined ? {} : { description: group.description }),
    ...(group.owner === undefined ? {} : { owner: group.owner }),
  }) as Group<Name, Key, never>;
  if (!['s', 'ms'].includes(plain.precision)) {
    throw new TidemarkError(
      'DEFINITION_INVALID',
      `${where}: the precision of windows is s or ms, which is what arrivals and clocks have`,
    );
  }
  const windowed: WindowSettings<Fields> = {
    fields: group.fields,
    identity: group.identity ?? 'id',
    boundary: group.boundary ?? 'before',
    latenessMs: parseDurationMs(group.lateness),
    futureToleranceMs: parseDurationMs(group.futureTolerance ?? '5m'),
    redeliveryMs: parseDurationMs(group.redelivery ?? '1h'),
    bounds: { distinctPerStep: group.bounds.eventsPerStep, idBytes: DEFAULT_ID_BYTES, ...group.bounds },
    layout: planLayout(planned, stepMs),
  };
  const defined = { ...plain, windowed };
  assertBounds(defined as unknown as WindowedGroup);
  return defined as unknown as WindowedGroup<Name, Key, Fields, WindowFeatures<Fields, Windows>>;
}

function assertFields(where: string, entity: Entity, fields: FieldShape): void {
  for (const [name, one] of Object.entries(fields)) {
    assertFeatureName(where, name);
    if (name in entity.key || EVENT_GROUP_FEATURES.has(name)) {
      throw new TidemarkError('DEFINITION_INVALID', `${where}: the event history has a column "${name}" already`, {
        field: name,
      });
    }
    const limits = one.kind === 'text' ? [one.maxBytes] : one.kind === 'number' ? [] : [one.within];
    const badScale = one.kind === 'decimal' && !(Number.isInteger(one.scale) && one.scale >= 0 && one.scale <= 9);
    if (badScale || limits.some((limit) => !(Number.isSafeInteger(limit) && limit > 0))) {
      throw new TidemarkError(
        'DEFINITION_INVALID',
        `${where}: the limits of "${name}" must be whole and positive, a scale 0 to 9`,
        { field: name },
      );
    }
  }
}
