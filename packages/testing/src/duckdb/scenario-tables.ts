/** The tables of a scenario in DuckDB, in a schema of their own: `labels`, `j0`, `j1` … */
import { type DuckDBAppender, type DuckDBConnection, DuckDBTimestampValue } from '@duckdb/node-api';
import { NS_PER } from '@tidemark/domain';
import type { StoredValue } from '../oracle/point-in-time.ts';
import { aliasOf, partitionOfRow, type Scenario, type ScenarioJoin } from '../point-in-time/scenario.ts';

type Cell = StoredValue | boolean | DuckDBTimestampValue;

interface Table {
  /** Name → DuckDB type. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly Cell[])[];
}

export async function createScenarioTables(connection: DuckDBConnection, schema: string, scenario: Scenario): Promise<void> {
  await connection.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await connection.run(`CREATE SCHEMA ${schema}`);
  await createTable(connection, schema, 'labels', labelsTable(scenario));
  for (const [at, join] of scenario.joins.entries()) await createTable(connection, schema, aliasOf(at), historyTable(join));
}

function labelsTable(scenario: Scenario): Table {
  const keys = Object.fromEntries(scenario.keyColumns.map((name) => [name, 'VARCHAR']));
  return {
    columns: { label_row: 'BIGINT', label_time: 'BIGINT', ...keys },
    rows: scenario.labels.map((label) => [
      label.row,
      label.timeNs / NS_PER[scenario.unit],
      ...scenario.keyColumns.map((name) => label.keys[name] ?? null),
    ]),
  };
}

function historyTable(join: ScenarioJoin): Table {
  const features = Object.keys(join.features);
  const partitions: Record<string, string> = join.partitioned
    ? { year: 'VARCHAR', month: 'VARCHAR', day: 'VARCHAR', hour: 'VARCHAR' }
    : {};
  return {
    columns: {
      entity_key: 'VARCHAR',
      event_time: 'VARCHAR',
      ...Object.fromEntries(features.map((name) => [name, join.features[name]?.toUpperCase() ?? ''])),
      write_time: 'TIMESTAMP',
      api_invocation_time: 'TIMESTAMP',
      is_deleted: 'BOOLEAN',
      ...partitions,
    },
    rows: join.history.map((row) => [
      row.key,
      row.eventTime,
      ...features.map((name) => row.values[name] ?? null),
      timestamp(row.writtenMs),
      timestamp(row.arrivedMs),
      row.deleted,
      ...(join.partitioned ? Object.values(partitionOfRow(row)) : []),
    ]),
  };
}

const timestamp = (ms: number | null) => (ms === null ? null : new DuckDBTimestampValue(BigInt(ms) * 1_000n));

export async function createTable(connection: DuckDBConnection, schema: string, name: string, table: Table): Promise<void> {
  const columns = Object.entries(table.columns).map(([column, type]) => `"${column}" ${type}`);
  await connection.run(`CREATE TABLE ${schema}.${name} (${columns.join(', ')})`);
  const appender = await connection.createAppender(name, schema);
  for (const row of table.rows) {
    for (const cell of row) append(appender, cell);
    appender.endRow();
  }
  appender.closeSync();
}

function append(appender: DuckDBAppender, cell: Cell): void {
  if (cell === null) appender.appendNull();
  else if (typeof cell === 'bigint') appender.appendBigInt(cell);
  else if (typeof cell === 'number') appender.appendDouble(cell);
  else if (typeof cell === 'boolean') appender.appendBoolean(cell);
  else if (typeof cell === 'string') appender.appendVarchar(cell);
  else appender.appendTimestamp(cell);
}
