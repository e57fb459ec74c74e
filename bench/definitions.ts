import {
  column,
  defineEntity,
  defineFeatureStore,
  defineGroup,
  defineSource,
  defineView,
  fractional,
  integral,
  text,
  type View,
} from '@tidemark/domain';
import { definitions as shipped } from '@tidemark/features';

const [allowed, ...others] = shipped.views as readonly [View, ...View[]];

/** As many entities as a benchmark wants, one record each. */
const travellers = defineGroup({
  name: 'travellers',
  entity: defineEntity({ name: 'traveller', key: { traveller: 'integral' } }),
  precision: 's',
  features: { home: text(), trips: integral(), mean_delay: fractional() },
});

const travellerFiles = defineSource({
  name: 'travellers',
  group: travellers,
  prefix: 'travellers/',
  columns: { seen: column.instant() },
  map: ({ seen, ...row }) => ({ ...row, eventTime: seen }),
});

/** The shipped view with its allowed staleness, and beside it the same view without: every request reads the store. */
export const definitions = defineFeatureStore({
  ...shipped,
  groups: [...shipped.groups, travellers],
  sources: [...shipped.sources, travellerFiles],
  views: [
    allowed,
    ...others,
    defineView({
      name: `${allowed.name}-uncached`,
      keys: allowed.keys,
      joins: allowed.joins,
      requestFeatures: allowed.requestFeatures as never,
    }),
  ],
});
