/** The tables of a scenario in DuckDB, in a schema of their own: `labels`, `j0`, `j1` … */
import type { DuckDBConnection } from '@duckdb/node-api';
import { NS_PER } from '@tidemark/domain';
import type { StoredValue } from '../oracle/point-in-time.ts';
import { aliasOf, partitionOfRow, type Scenario, type ScenarioJoin } from '../point-in-time/scenario.ts';

export async function createScenarioTables(connection: DuckDBConnection, schema: string, scenario: Scenario): Promise<void> {
  await connection.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await connection.run(`CREATE SCHEMA ${schema}`);
  await connection.run(labelsTable(`${schema}.labels`, scenario));
  for (const [at, join] of scenario.joins.entries()) await connection.run(historyTable(`${schema}.${aliasOf(at)}`, join));
}

function labelsTable(name: string, scenario: Scenario): string {
  const columns = ['label_row BIGINT', 'label_time BIGINT', ...scenario.keyColumns.map((one) => `"${one}" VARCHAR`)];
  const rows = scenario.labels.map((label) => [
    label.row,
    label.timeNs / NS_PER[scenario.unit],
    ...scenario.keyColumns.map((one) => label.keys[one] ?? null),
  ]);
  return createTable(
    name,
    columns,
    rows.map((values) => values.map(literal)),
  );
}

const DUCKDB_TYPE = { varchar: 'VARCHAR', bigint: 'BIGINT', double: 'DOUBLE' } as const;

function historyTable(name: string, join: ScenarioJoin): string {
  const features = Object.entries(join.features);
  const columns = [
    'entity_key VARCHAR',
    'event_time VARCHAR',
    ...features.map(([feature, type]) => `"${feature}" ${DUCKDB_TYPE[type]}`),
    'write_time TIMESTAMP',
    'api_invocation_time TIMESTAMP',
    'is_deleted BOOLEAN',
    ...(join.partitioned ? ['year VARCHAR', 'month VARCHAR', 'day VARCHAR', 'hour VARCHAR'] : []),
  ];
  const rows = join.history.map((row) => [
    literal(row.key),
    literal(row.eventTime),
    ...features.map(([feature]) => literal(row.values[feature] ?? null)),
    timestamp(row.writtenMs),
    timestamp(row.arrivedMs),
    row.deleted === null ? 'NULL' : String(row.deleted),
    ...(join.partitioned ? Object.values(partitionOfRow(row)).map(literal) : []),
  ]);
  return createTable(name, columns, rows);
}

function createTable(name: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = columns.map((one) => one.slice(0, one.lastIndexOf(' ')));
  const typed = columns.map((one, at) => `CAST(${names[at]} AS ${one.slice(one.lastIndexOf(' ') + 1)}) AS ${names[at]}`);
  const values = rows.length === 0 ? [columns.map(() => 'NULL')] : rows;
  const source = `(VALUES ${values.map((row) => `(${row.join(', ')})`).join(', ')}) AS t(${names.join(', ')})`;
  return `CREATE TABLE ${name} AS SELECT ${typed.join(', ')} FROM ${source}${rows.length === 0 ? ' WHERE false' : ''}`;
}

const timestamp = (ms: number | null) => (ms === null ? 'NULL' : `make_timestamp_ms(${ms})`);

function literal(value: StoredValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  // `-0` prints as 0, and decimal literals would become DECIMAL.
  if (typeof value === 'number') return `CAST('${Object.is(value, -0) ? '-0.0' : value}' AS DOUBLE)`;
  return value.toString();
}
