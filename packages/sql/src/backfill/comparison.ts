import type { Precision } from '@tidemark/domain';
import type { ColumnType } from '../point-in-time/plan.ts';
import type { TableName } from '../tree.ts';

export interface BackfillComparison {
  /** Of event times: the precision of the group. */
  readonly unit: Precision;
  readonly candidates: ComparedCandidates;
  readonly history: {
    readonly table: TableName;
    /** Whether it shows the partition columns year, month, day and hour of the event time. */
    readonly partitioned: boolean;
  };
  /** The same history as a table without partitions: for what lies after the candidates. */
  readonly wholeHistory: TableName;
  /** The group's features, in the order of the candidates' columns f1, f2 … */
  readonly columns: readonly { readonly feature: string; readonly type: ColumnType }[];
  /** Into how many parts the answer is partitioned, by entity: 1 to 100. */
  readonly buckets: number;
}

/**
 * Columns: `entity_key`, `event_time` as written, `t` bigint in the unit, `ordinal` bigint (unique; of two rows of one key
 * and time the greater is the later one), `f1`, `f2` …
 */
export interface ComparedCandidates {
  readonly table: TableName;
  /** Of `t`, both included. */
  readonly earliest: bigint;
  readonly latest: bigint;
}

/** What the history says about a candidate. Only those from `absent` on are to be written, and only they come with their values. */
export const CANDIDATE_STATE = { unchanged: 0, superseded: 1, absent: 2, changed: 3 } as const;
