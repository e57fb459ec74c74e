/** For tests: Athena and Glue over a bucket of plain files, and a DuckDB of the test's own to write Parquet with. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryExecution } from '@aws-sdk/client-athena';
import { DuckDBInstance } from '@duckdb/node-api';
import type { EngineContext } from '../engine-context.ts';
import { createGlue, type Glue } from '../glue/create-glue.ts';
import type { Buckets, StoredObject } from '../ports.ts';
import { type ProfileName, profiles } from '../settings.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { type Athena, createAthena } from './create-athena.ts';

export interface AthenaFixture {
  readonly dataDir: string;
  readonly buckets: Buckets;
  readonly glue: Glue;
  readonly athena: Athena;
  /** Rows as GetQueryResults gives them, without the header. @throws with the StateChangeReason */
  rows(query: string): Promise<(string | null)[][]>;
  /** One row's only cell. */
  value(expression: string): Promise<string | null>;
  execute(query: string): Promise<QueryExecution>;
  call(operation: string, input: unknown): Promise<Record<string, unknown>>;
  /** Writes what DuckDB selects as one Parquet object. */
  parquet(key: string, select: string): Promise<void>;
  /** Reads Parquet objects back. */
  read(select: (files: string) => string, prefix: string): Promise<unknown[][]>;
  text(key: string, body: string | Uint8Array): Promise<void>;
  table(
    name: string,
    location: string,
    columns: Readonly<Record<string, string>>,
    extra?: { keys?: Readonly<Record<string, string>>; parameters?: Record<string, string> },
  ): void;
  /** Stops and starts again over the same directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const BUCKET = 'lake';
const ZERO = { requestId: '0', region: 'eu-west-1', accessKeyId: undefined };

function plainBuckets(folder: string): Buckets {
  const objects = new Map<string, StoredObject>();
  const store = (bucket: string, key: string, file: string): StoredObject => {
    const object = {
      key,
      versionId: undefined,
      etag: createHash('md5').update(file).digest('hex'),
      sizeBytes: statSync(file).size,
      lastModifiedMs: 0,
      file,
    };
    objects.set(`${bucket}/${key}`, object);
    return object;
  };
  const path = () => join(folder, randomUUID());
  const byBytes = (a: StoredObject, b: StoredObject) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
  return {
    ensureBucket: () => undefined,
    async put(bucket, key, body) {
      const file = path();
      writeFileSync(file, body);
      return store(bucket, key, file);
    },
    async adopt(bucket, key, from) {
      const file = path();
      renameSync(from, file);
      return store(bucket, key, file);
    },
    head: (bucket, key) => objects.get(`${bucket}/${key}`),
    list: (bucket, prefix) =>
      [...objects].flatMap(([path_, object]) => (path_.startsWith(`${bucket}/${prefix}`) ? [object] : [])).sort(byBytes),
    async remove(bucket, key) {
      objects.delete(`${bucket}/${key}`);
    },
  };
}

export async function createAthenaFixture(
  profile: ProfileName = 'default',
  settings: Partial<EngineContext['settings']> = {},
): Promise<AthenaFixture> {
  const dataDir = mkdtempSync(join(tmpdir(), 'athena-'));
  mkdirSync(join(dataDir, 's3'));
  let seed = 7;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const context: EngineContext = {
    dataDir,
    clock: createEngineClock(),
    settings: { ...profiles[profile], ...settings },
    account: '123456789012',
    region: 'eu-west-1',
    random,
    log: () => undefined,
  };
  const buckets = plainBuckets(join(dataDir, 's3'));
  let glue = createGlue(context, { buckets });
  let athena = createAthena(context, { buckets, glue });
  const writer = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await writer.run(`SET TimeZone = 'UTC'`);

  const call = async (operation: string, input: unknown) => {
    const found = athena.service.operations[operation] ?? glue.service.operations[operation];
    return (await found?.handle(input as never, ZERO)) as Record<string, unknown>;
  };
  const execute = async (query: string) => {
    const input = { QueryString: query, ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` } };
    return (await athena.queries.run(input)).QueryExecution as QueryExecution;
  };
  const rows = async (query: string) => {
    const execution = await execute(query);
    if (execution.Status?.State !== 'SUCCEEDED') throw new Error(execution.Status?.StateChangeReason);
    const found: (string | null)[][] = [];
    let token: string | undefined;
    do {
      const page = (await call('GetQueryResults', { QueryExecutionId: execution.QueryExecutionId, NextToken: token })) as {
        ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] };
        NextToken?: string;
      };
      found.push(...page.ResultSet.Rows.map((row) => row.Data.map((cell) => cell.VarCharValue ?? null)));
      token = page.NextToken;
    } while (token !== undefined);
    return execution.StatementType === 'DML' ? found.slice(1) : found;
  };
  const scratch = () => join(dataDir, randomUUID());

  return {
    dataDir,
    buckets,
    get glue() {
      return glue;
    },
    get athena() {
      return athena;
    },
    rows,
    async value(expression) {
      return (await rows(`SELECT ${expression}`))[0]?.[0] ?? null;
    },
    execute,
    call,
    async parquet(key, select) {
      const file = scratch();
      await writer.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
      await buckets.adopt(BUCKET, key, file);
    },
    async read(select, prefix) {
      const files = buckets.list(BUCKET, prefix).map(({ file }) => `'${file}'`);
      const from = `read_parquet([${files.join(', ')}], hive_partitioning = false)`;
      return (await writer.runAndReadAll(select(from))).getRowsJson() as unknown[][];
    },
    async text(key, body) {
      await buckets.put(BUCKET, key, Buffer.from(body));
    },
    table(name, location, columns, extra = {}) {
      const list = (given: Readonly<Record<string, string>>) => Object.entries(given).map(([Name, Type]) => ({ Name, Type }));
      glue.tables.createTable('default', {
        Name: name,
        TableType: 'EXTERNAL_TABLE',
        Parameters: extra.parameters ?? {},
        PartitionKeys: list(extra.keys ?? {}),
        StorageDescriptor: {
          Location: `s3://${BUCKET}/${location}`,
          Columns: list(columns),
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      });
    },
    async restart() {
      await athena.stop();
      glue.stop();
      glue = createGlue(context, { buckets });
      athena = createAthena(context, { buckets, glue });
    },
    async stop() {
      await athena.stop();
      glue.stop();
      writer.closeSync();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export const fileText = (fixture: AthenaFixture, key: string) =>
  readFileSync(fixture.buckets.head(BUCKET, key)?.file ?? '', 'utf8');
