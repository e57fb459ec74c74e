export { pointInTimeScenario } from './arbitraries/point-in-time.ts';
export { entityStream, probeTimes, type StreamOptions } from './arbitraries/streams.ts';
export { athenaOnDuckDb, prepareForAthena } from './duckdb/athena-on-duckdb.ts';
export { createEventTables, type WindowLabel } from './duckdb/event-tables.ts';
export { createScenarioTables } from './duckdb/scenario-tables.ts';
export {
  answerPointInTime,
  type HistoryRow,
  type PointInTimeAnswer,
  type PointInTimeQuestion,
  type PointInTimeRules,
  type StoredValue,
} from './oracle/point-in-time.ts';
export { rowHash } from './oracle/row-hash.ts';
export {
  type AcceptanceRules,
  acceptedOf,
  answerWindow,
  judgeStream,
  type SentEvent,
  type Verdict,
  type WindowQuestion,
} from './oracle/windows.ts';
export {
  expectedRows,
  planOf,
  type ResultRow,
  type Scenario,
  type ScenarioJoin,
  type ScenarioLabel,
} from './point-in-time/scenario.ts';
export { byEntityKey, expectedSnapshot, type SnapshotCase, snapshotCase, snapshotQueryOf } from './snapshot/snapshot-case.ts';
export { expectedWindows } from './windows/expected-windows.ts';
export { sensor, windowedGroups } from './windows/groups.ts';
export { expectedWindowRows, type WindowScenario, windowPlanOf, windowScenario } from './windows/window-scenario.ts';
