export { type BackfillComparison, CANDIDATE_STATE, type ComparedCandidates } from './backfill/comparison.ts';
export { planComparison } from './backfill/plan-comparison.ts';
export { type NewestRowsPlan, planNewestRows, sampleHashOf } from './newest-rows/plan-newest-rows.ts';
export {
  type ColumnType,
  JOIN_STATE,
  type PlanColumn,
  type PlanJoin,
  type PlanLabels,
  type PointInTimePlan,
} from './point-in-time/plan.ts';
export { planPointInTime } from './point-in-time/plan-point-in-time.ts';
export { partitionOf, type ReadRange, readRange } from './point-in-time/read-range.ts';
export { printAthena } from './print-athena.ts';
export {
  type ProjectedTable,
  printProjectedTable,
  projectedTableInput,
  projectedTableParameters,
} from './print-projected-table.ts';
export { printUnload, type UnloadOptions } from './print-unload.ts';
export { PART_COLUMN, planSnapshotQuery, SNAPSHOT_CELLS, type SnapshotQuery } from './snapshot/plan-snapshot-query.ts';
export type { Query, TableName } from './tree.ts';
export { bucketOf, type EventRowsPlan, planEventRows, reachMs } from './windows/plan-event-rows.ts';
export type { PlanWindows } from './windows/plan-windows.ts';
