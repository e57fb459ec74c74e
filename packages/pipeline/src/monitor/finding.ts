/** What can be wrong between the two stores. Defined one by one in docs/operations.md; decided in judge-entity.ts. */
export const INCONSISTENCY_KINDS = [
  'stale',
  'missing',
  'extra',
  'wrong-type',
  'clock-skew',
  'lost-partition',
  'doubled-window',
] as const;
export type InconsistencyKind = (typeof INCONSISTENCY_KINDS)[number];

export interface Finding {
  readonly kind: InconsistencyKind;
  /** In the order of the group; the event time where the time itself is wrong. Never empty. */
  readonly features: readonly string[];
  /** Of the row in the history that the finding is about, where there is one. */
  readonly historyTimeNs: bigint | undefined;
  readonly onlineTimeNs: bigint | undefined;
}

/** One line of the list of inconsistencies: names the entity by its HMAC only, and holds no value. */
export interface Inconsistency {
  readonly group: string;
  readonly groupName: string;
  /** HMAC-SHA-256 of the entity key, as in the audit lines of the same key id; undefined where a whole hour is lost. */
  readonly entity: string | undefined;
  readonly keyId: string;
  readonly kind: InconsistencyKind;
  readonly features: readonly string[];
  /** ISO-8601 */
  readonly historyTime: string | undefined;
  readonly onlineTime: string | undefined;
  /** Where to look. */
  readonly look: {
    /** `s3://…/year=…/month=…/day=…/hour=…/`: the files of the hour that the event time lies in. */
    readonly partition: string | undefined;
    /** The execution of `monitor` that found it. */
    readonly execution: string;
  };
}
