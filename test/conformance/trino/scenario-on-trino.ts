/** The tables of a scenario as Parquet files, written by DuckDB in the store's own layout, and as external tables of Trino. */
import { mkdirSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { planPointInTime, printAthena } from '@tidemark/sql';
import { createScenarioTables, planOf, type ResultRow, type Scenario } from '@tidemark/testing';
import { type Catalog, measureOnTrino, runOnTrino } from './trino-client.ts';

/** Without a dictionary: DuckDB 1.5.6 puts 0.0 and -0.0 into one entry of it, and the sign is lost. */
const PARQUET = 'FORMAT parquet, DICTIONARY_SIZE_LIMIT 0';
const PARTITION_KEYS = ['year', 'month', 'day', 'hour'];
const SQL_TYPE = { VARCHAR: 'varchar', BIGINT: 'bigint', DOUBLE: 'double', BOOLEAN: 'boolean', TIMESTAMP: 'timestamp' } as const;

interface Column {
  readonly name: string;
  readonly type: keyof typeof SQL_TYPE;
}

export async function publishScenario(
  url: string,
  connection: DuckDBConnection,
  folder: string,
  schema: string,
  scenario: Scenario,
): Promise<void> {
  await createScenarioTables(connection, schema, scenario);
  await runOnTrino(url, `CREATE SCHEMA ${schema}`);
  for (const table of ['labels', ...scenario.joins.map((_, at) => `j${at}`)]) {
    await publishTable(url, connection, `${folder}/${schema}/${table}`, schema, table);
  }
}

async function publishTable(
  url: string,
  connection: DuckDBConnection,
  folder: string,
  schema: string,
  table: string,
): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE schema_name = '${schema}' AND table_name = '${table}' ORDER BY column_index`,
  );
  const columns = reader.getRowObjectsJS() as unknown as Column[];
  const partitioned = columns.some((one) => one.name === 'year');
  mkdirSync(folder, { recursive: true });
  await connection.run(
    partitioned
      ? `COPY ${schema}.${table} TO '${folder}' (${PARQUET}, PARTITION_BY (${PARTITION_KEYS.join(', ')}), OVERWRITE)`
      : `COPY ${schema}.${table} TO '${folder}/part.parquet' (${PARQUET})`,
  );
  const properties = ["format = 'PARQUET'", `external_location = 'file://${folder}'`];
  if (partitioned) properties.push(`partitioned_by = ARRAY[${PARTITION_KEYS.map((key) => `'${key}'`).join(', ')}]`);
  const declared = columns.map((one) => `"${one.name}" ${SQL_TYPE[one.type]}`).join(', ');
  await runOnTrino(url, `CREATE TABLE ${schema}.${table} (${declared}) WITH (${properties.join(', ')})`);
  if (partitioned) await runOnTrino(url, `CALL system.sync_partition_metadata('${schema}', '${table}', 'ADD')`);
}

/** Copies what was published into Iceberg tables, the histories partitioned as the service does it: by the day that the text of the event time begins with. */
export async function publishAsIceberg(url: string, schema: string, scenario: Scenario): Promise<void> {
  await runOnTrino(url, `CREATE SCHEMA ${schema}`, 'iceberg');
  await runOnTrino(
    url,
    `CREATE TABLE ${schema}.labels WITH (format = 'PARQUET') AS SELECT * FROM hive.${schema}.labels`,
    'iceberg',
  );
  for (const [at, join] of scenario.joins.entries()) {
    const columns = [
      ...['entity_key', 'event_time', ...Object.keys(join.features), 'is_deleted'].map((name) => `"${name}"`),
      ...['write_time', 'api_invocation_time'].map((name) => `CAST(${name} AS timestamp(6)) AS ${name}`),
    ];
    const properties = "format = 'PARQUET', partitioning = ARRAY['truncate(event_time, 10)']";
    await runOnTrino(
      url,
      `CREATE TABLE ${schema}.j${at} WITH (${properties}) AS SELECT ${columns.join(', ')} FROM hive.${schema}.j${at}`,
      'iceberg',
    );
  }
}

/** The scenario as a plan reads it there: no table shows the hour as partition columns. */
export const inIceberg = (scenario: Scenario): Scenario => ({
  ...scenario,
  joins: scenario.joins.map((join) => ({ ...join, partitioned: false })),
});

/** What Trino answers to the printed plan, with the types of the oracle. */
export async function answerOnTrino(
  url: string,
  schema: string,
  scenario: Scenario,
  catalog?: Catalog,
): Promise<{ rows: ResultRow[]; rowsRead: number }> {
  const plan = planOf(scenario, schema);
  const bigints = new Set(['label_row', ...plan.joins.map((join) => `${join.alias}_time`)]);
  for (const one of plan.joins.flatMap((join) => join.columns)) if (one.type === 'bigint') bigints.add(one.output);
  const names = [
    'label_row',
    ...plan.joins.flatMap((join) => [
      ...join.columns.map((one) => one.output),
      ...['time', 'state', 'tie'].map((part) => `${join.alias}_${part}`),
    ]),
  ];
  const columns = names.map((name) => (bigints.has(name) ? `CAST("${name}" AS varchar) AS "${name}"` : `"${name}"`));
  const statement = `SELECT ${columns.join(', ')} FROM (\n${printAthena(planPointInTime(plan))}\n)`;
  const { rows, rowsRead } = await measureOnTrino(url, statement, catalog);
  const typed = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, bigints.has(name) && value !== null ? BigInt(value as string) : value]),
    ),
  ) as ResultRow[];
  return { rows: typed.sort((a, b) => ((a.label_row as bigint) < (b.label_row as bigint) ? -1 : 1)), rowsRead };
}
