/**
 * The point-in-time query as the pipeline prints it, run as an UNLOAD by the engine's Athena over Parquet in its S3, equals
 * the oracle. So whatever the engine's optimiser makes of the text, it gives the same rows.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createGlueTables } from '@tidemark/aws/glue-tables';
import { createS3ObjectStore } from '@tidemark/aws/s3-object-store';
import { createEngine, type Engine, engineCredentials } from '@tidemark/engine';
import { planPointInTime, printUnload, projectedTableParameters } from '@tidemark/sql';
import {
  createScenarioTables,
  expectedRows,
  planOf,
  pointInTimeScenario,
  type ResultRow,
  type Scenario,
} from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeDir, temporaryDir } from './harness.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const BUCKET = 'pit';
const PARTITIONS = ['year', 'month', 'day', 'hour'];
const HIVE: Readonly<Record<string, string>> = { varchar: 'string', bigint: 'bigint', double: 'double' };

const data = temporaryDir();
let engine: Engine;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
let s3: S3Client;
let athena: AthenaClient;
let glue: ReturnType<typeof createGlueTables>;
let runs = 0;
let answers = 0;

beforeAll(async () => {
  engine = await createEngine({ dataDir: join(data, 'engine'), profile: 'harsh' });
  const config = { endpoint: engine.endpoint, region: engine.region, credentials: engineCredentials };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  athena = new AthenaClient(config);
  glue = createGlueTables(new GlueClient(config));
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(async () => {
  connection?.closeSync();
  instance?.closeSync();
  await engine?.stop();
  removeDir(data);
});

/** Puts one table's Parquet into S3 and declares it, partitioned tables with projection as `apply` makes them. */
async function declare(
  database: string,
  name: string,
  columns: { name: string; type: string }[],
  partitioned: boolean,
): Promise<void> {
  const folder = join(data, database, name);
  mkdirSync(folder, { recursive: true });
  const layout = partitioned ? `, PARTITION_BY (${PARTITIONS.join(', ')}), OVERWRITE_OR_IGNORE` : '';
  const target = partitioned ? folder : join(folder, 'part-0.parquet');
  // Without dictionaries: DuckDB's take -0 and 0 for one value, and the history would not be the scenario's.
  await connection.run(`COPY ${database}.${name} TO '${target}' (FORMAT parquet, DICTIONARY_SIZE_LIMIT 1${layout})`);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: `${database}/${name}/${relative(folder, path)}`, Body: readFileSync(path) }),
    );
  }
  const location = `s3://${BUCKET}/${database}/${name}`;
  await glue.put({
    database,
    name,
    location,
    columns,
    partitionKeys: partitioned ? PARTITIONS.map((key) => ({ name: key, type: 'string' })) : [],
    parameters: partitioned ? projectedTableParameters({ location, firstYear: 1900, lastYear: 2200 }) : {},
  });
}

async function answer(scenario: Scenario): Promise<ResultRow[]> {
  const database = `pit${runs++}`;
  await createScenarioTables(connection, database, scenario);
  await glue.ensureDatabase(database);
  const text = (name: string) => ({ name, type: 'string' });
  const big = (name: string) => ({ name, type: 'bigint' });
  await declare(database, 'labels', [big('label_row'), big('label_time'), ...scenario.keyColumns.map(text)], false);
  for (const [at, one] of scenario.joins.entries()) {
    const features = Object.entries(one.features).map(([name, type]) => ({ name, type: HIVE[type] ?? '' }));
    const service = [
      { name: 'write_time', type: 'timestamp' },
      { name: 'api_invocation_time', type: 'timestamp' },
      { name: 'is_deleted', type: 'boolean' },
    ];
    await declare(database, `j${at}`, [text('entity_key'), text('event_time'), ...features, ...service], one.partitioned);
  }
  const plan = { ...planOf(scenario, database), rangeSize: 7n };
  const location = `s3://${BUCKET}/${database}/answer/`;
  const QueryString = printUnload(planPointInTime(plan), { location, partitionedBy: ['label_range'], compression: 'SNAPPY' });
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString,
      ResultConfiguration: { OutputLocation: `s3://${BUCKET}/${database}/results/` },
    }),
  );
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    if (QueryExecution?.Status?.State === 'SUCCEEDED') break;
    if (QueryExecution?.Status?.State === 'FAILED') throw new Error(QueryExecution.Status.StateChangeReason);
    await new Promise(setImmediate);
  }
  return readAnswer(`${database}/answer/`);
}

async function readAnswer(prefix: string): Promise<ResultRow[]> {
  const objects = createS3ObjectStore(s3);
  const rows: ResultRow[] = [];
  for await (const { key } of objects.list(BUCKET, prefix)) {
    // A name for each: DuckDB keeps what it read under a name, and two files within one tick of the clock are one to it.
    const file = join(data, `answer-${answers++}.parquet`);
    writeFileSync(file, (await objects.read({ bucket: BUCKET, key })) ?? new Uint8Array());
    rows.push(...((await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)).getRowObjectsJS() as ResultRow[]));
  }
  return rows.sort((a, b) => Number((a.label_row as bigint) - (b.label_row as bigint)));
}

test(`the engine's answer is the oracle's (FAST_CHECK_SEED=${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(pointInTimeScenario, async (scenario) => {
      const plain = (rows: readonly ResultRow[]) =>
        rows.map((row) => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
      expect(plain(await answer(scenario))).toEqual(plain(expectedRows(scenario)));
    }),
    { seed: SEED, numRuns: 15 },
  );
});
