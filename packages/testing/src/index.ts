export { pointInTimeScenario } from './arbitraries/point-in-time.ts';
export { athenaOnDuckDb, prepareForAthena } from './duckdb/athena-on-duckdb.ts';
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
  expectedRows,
  planOf,
  type ResultRow,
  type Scenario,
  type ScenarioJoin,
  type ScenarioLabel,
} from './point-in-time/scenario.ts';
