/** The tables of a scenario as Parquet files, written by DuckDB in the store's own layout, and as external tables of Trino. */
import { mkdirSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { planPointInTime, printAthena } from '@tidemark/sql';
import { createScenarioTables, planOf, type ResultRow, type Scenario } from '@tidemark/testing';
import { runOnTrino } from './trino-client.ts';

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

/** What Trino answers to the printed plan, with the types of the oracle. */
export async function answerOnTrino(url: string, schema: string, scenario: Scenario): Promise<ResultRow[]> {
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
  const rows = await runOnTrino(url, `SELECT ${columns.join(', ')} FROM (\n${printAthena(planPointInTime(plan))}\n)`);
  const typed = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, bigints.has(name) && value !== null ? BigInt(value as string) : value]),
    ),
  ) as ResultRow[];
  return typed.sort((a, b) => ((a.label_row as bigint) < (b.label_row as bigint) ? -1 : 1));
}
