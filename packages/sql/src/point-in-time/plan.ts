import type { Precision } from '@tidemark/domain';
import type { TableName } from '../tree.ts';
import type { PlanWindows } from '../windows/plan-windows.ts';

export interface PointInTimePlan {
  /** Unit of label_time and of every comparison: the finest precision among the groups and the labels, at least ms. */
  readonly unit: Precision;
  /** Whether a value whose event time equals the label's time is known at that time. */
  readonly boundary: 'before' | 'at-or-before';
  /** `arrival-time` leaves out what had not arrived at the store by the label's time. */
  readonly knowledge: 'event-time' | 'arrival-time';
  readonly labels: PlanLabels;
  readonly joins: readonly PlanJoin[];
  /** Windows at the labels' times, beside what is joined. */
  readonly windows?: readonly PlanWindows[];
  /** Adds `label_range`, `label_row / rangeSize` as varchar, as the last column: what UNLOAD partitions by. */
  readonly rangeSize?: bigint;
}

/** Columns: `label_row` bigint, unique; `label_time` bigint in the plan's unit, never NULL; a varchar of canonical entity keys per key mapping. */
export interface PlanLabels {
  readonly table: TableName;
  readonly earliest: bigint;
  readonly latest: bigint;
}

export type ColumnType = 'varchar' | 'bigint' | 'double';

export interface PlanColumn {
  readonly output: string;
  readonly feature: string;
  readonly type: ColumnType;
}

export interface PlanJoin {
  /** j0, j1 …: names `{alias}_time`, `{alias}_state` and `{alias}_tie`. */
  readonly alias: string;
  /** Column of the labels table. A label whose key is NULL has nothing. */
  readonly keyColumn: string;
  /**
   * History: `entity_key` varchar, `event_time` varchar (ISO-8601 UTC, 0 to 9 fraction digits), the features, `write_time` and
   * `api_invocation_time` timestamps, `is_deleted` boolean. Rows without key or without one of the three times are left out.
   */
  readonly table: TableName;
  /** Whether the table shows the partition columns year, month, day and hour (varchar, UTC, of the event time). */
  readonly partitioned: boolean;
  /** In the plan's unit. A value of this age or older is expired. */
  readonly maxAge: bigint | undefined;
  /** The store kept whole seconds of the arrival: a row counts as visible a second after what is written. */
  readonly wholeSecondArrival: boolean;
  readonly columns: readonly PlanColumn[];
}

/** Values of `{alias}_state`. */
export const JOIN_STATE = { value: 0, missing: 1, expired: 2 } as const;
