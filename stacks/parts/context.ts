import type { FeatureGroupSet } from '@tidemark/functions/feature-group-sets';
import type { StageNames } from '@tidemark/functions/resolve-topology';
import type { StageOptions } from '../stage-options.ts';
import type { StageProfile } from '../stage-profile.ts';

/** What every stack knows from the start: plain values, so that names and ARNs need no resource to exist. */
export interface StageContext {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly names: StageNames;
  readonly profile: StageProfile;
  readonly options: StageOptions;
  /** Physical names of the feature groups of the definitions. */
  readonly featureGroups: Readonly<Record<FeatureGroupSet, readonly string[]>>;
  /** Physical names of the streams of the definitions. */
  readonly streams: readonly string[];
}

/** For what holds data: in production no deployment deletes or replaces it. */
export const keepsData = ({ profile }: StageContext) => (profile.keepsData ? { protect: true, retainOnDelete: true } : {});

/** Which part of the topology a resource stands for: what a reader searches for to go from one to the other. */
export const tags = (context: StageContext, of: Readonly<Record<string, string>>): Record<string, string> => ({
  'tidemark:stage': context.stage,
  ...Object.fromEntries(Object.entries(of).map(([key, value]) => [`tidemark:${key}`, value])),
});
