import { defineFeatureStore, defineView, type View } from '@tidemark/domain';
import { definitions as shipped } from '@tidemark/features';

const [allowed] = shipped.views as readonly [View];

/** The shipped view with its allowed staleness, and beside it the same view without: every request reads the store. */
export const definitions = defineFeatureStore({
  ...shipped,
  views: [
    allowed,
    defineView({
      name: `${allowed.name}-uncached`,
      keys: allowed.keys,
      joins: allowed.joins,
      requestFeatures: allowed.requestFeatures as never,
    }),
  ],
});
