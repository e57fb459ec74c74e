import type { FeatureGroupSet } from '@tidemark/functions/feature-group-sets';
import type { Stage, StageNames } from '@tidemark/functions/resolve-topology';

/** Where a policy holds: the names of a stage, and the ARNs that only its deployment knows. */
export interface Place extends Stage {
  readonly names: StageNames;
  readonly keys: {
    /** Encrypts files, records, streams and results. */
    readonly data: string;
    /** Encrypts logs, alarms and dead letters. */
    readonly operations: string;
  };
  /** Physical names of the feature groups of the definitions, by what is done with them. */
  readonly featureGroups: Readonly<Record<FeatureGroupSet, readonly string[]>>;
  /** Physical names of the streams of the definitions. */
  readonly streams: readonly string[];
}

export const arnOf = ({ region, account }: Stage, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** How a service acts for its caller, in a condition on the use of a key. */
export const viaService = ({ region }: Stage, service: string) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
