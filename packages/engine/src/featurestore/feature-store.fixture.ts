/** For tests: a feature store behind the wire server, with S3 and the catalogue reduced to what it needs of them. */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateFeatureGroupCommand, type CreateFeatureGroupCommandInput, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { DuckDBInstance } from '@duckdb/node-api';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets, Catalogue, CatalogueTable, StoredObject } from '../ports.ts';
import { type EngineSettings, profiles } from '../settings.ts';
import { createIamService, createStsService } from '../sts/sts-service.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import { createWireServer } from '../wire/wire-server.ts';
import { createFeatureStore } from './create-feature-store.ts';

export interface Harness {
  readonly context: EngineContext;
  readonly port: number;
  readonly logged: string[];
  readonly objects: Map<string, StoredObject>;
  readonly tables: Map<string, CatalogueTable>;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerFeatureStoreRuntimeClient;
  drainNow(): Promise<void>;
  idle(): Promise<void>;
  /** Makes a group of the given features (`name: type`) and passes its creation. */
  createGroup(name: string, overrides?: Partial<CreateFeatureGroupCommandInput>): Promise<void>;
  /** Rows of everything in the offline store, through DuckDB. */
  offlineRows(select: string): Promise<Record<string, unknown>[]>;
  /** Ends without draining; the directory stays for another harness. */
  close(): Promise<void>;
}

export interface HarnessOptions {
  readonly dataDir?: string;
  readonly settings?: Partial<EngineSettings>;
  readonly objects?: Map<string, StoredObject>;
  readonly tables?: Map<string, CatalogueTable>;
  /** A clock that stands still unless the test moves it; by default the machine's. */
  readonly machineNowMs?: () => number;
  /** Called before each use of S3; throwing is a failure of S3. */
  readonly beforeS3?: (step: 'adopt' | 'list' | 'put', key: string) => void;
}

export const definitions = (features: Readonly<Record<string, 'String' | 'Integral' | 'Fractional'>>) =>
  Object.entries(features).map(([FeatureName, FeatureType]) => ({ FeatureName, FeatureType }));

export const values = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString }));

export const roleArn = 'arn:aws:iam::123456789012:role/TidemarkEngine';

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tidemark-feature-store-'));
  const logged: string[] = [];
  const context: EngineContext = {
    dataDir,
    clock: createEngineClock(options.machineNowMs),
    settings: { ...profiles.default, shuffleBatchAnswers: false, ...options.settings },
    account: '123456789012',
    region: 'eu-central-1',
    random: createRandom(7),
    log: (line) => logged.push(line),
  };
  const objects = options.objects ?? new Map<string, StoredObject>();
  const tables = options.tables ?? new Map<string, CatalogueTable>();
  const store = createFeatureStore(context, {
    buckets: createBuckets(dataDir, objects, options.beforeS3),
    catalogue: createCatalogue(tables),
  });
  store.start();
  const server = createWireServer({
    services: [...store.services, createStsService(context), createIamService(context)],
    fallback: (request, response) => void response.writeHead(299, { 'x-fallback': request.url }).end(),
    context,
  });
  const port = await server.listen(0);
  const client = {
    endpoint: `http://127.0.0.1:${port}`,
    region: context.region,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  const sagemaker = new SageMakerClient(client);
  const runtime = new SageMakerFeatureStoreRuntimeClient(client);
  return {
    context,
    port,
    logged,
    objects,
    tables,
    sagemaker,
    runtime,
    drainNow: store.drainNow,
    idle: store.idle,
    async createGroup(name, overrides = {}) {
      await sagemaker.send(
        new CreateFeatureGroupCommand({
          FeatureGroupName: name,
          RecordIdentifierFeatureName: 'id',
          EventTimeFeatureName: 'at',
          FeatureDefinitions: definitions({ id: 'String', at: 'String', count: 'Integral', share: 'Fractional', note: 'String' }),
          OnlineStoreConfig: { EnableOnlineStore: true },
          OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://lake/features' } },
          RoleArn: roleArn,
          ...overrides,
        }),
      );
      context.clock.advance(1_000);
    },
    offlineRows: (select) =>
      queryParquet(
        [...objects.values()].map(({ file }) => file),
        select,
      ),
    async close() {
      sagemaker.destroy();
      runtime.destroy();
      await server.close();
      await store.stop();
    },
  };
}

function createBuckets(
  dataDir: string,
  objects: Map<string, StoredObject>,
  beforeS3: NonNullable<HarnessOptions['beforeS3']> = () => {},
): Buckets {
  const keep = (bucket: string, key: string, fill: (file: string) => void): StoredObject => {
    const file = join(dataDir, 'objects', bucket, key);
    mkdirSync(dirname(file), { recursive: true });
    fill(file);
    const object = { key, versionId: undefined, etag: 'etag', sizeBytes: statSync(file).size, lastModifiedMs: 0, file };
    objects.set(`${bucket}/${key}`, object);
    return object;
  };
  return {
    ensureBucket() {},
    put: async (bucket, key, body) => {
      beforeS3('put', key);
      return keep(bucket, key, (file) => writeFileSync(file, body));
    },
    adopt: async (bucket, key, file) => {
      beforeS3('adopt', key);
      return keep(bucket, key, (target) => renameSync(file, target));
    },
    head: (bucket, key) => objects.get(`${bucket}/${key}`),
    list: (bucket, prefix) => {
      beforeS3('list', prefix);
      if (bucket === 'missing') throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      return [...objects].filter(([path]) => path.startsWith(`${bucket}/${prefix}`)).map(([, object]) => object);
    },
    remove: async (bucket, key) => void objects.delete(`${bucket}/${key}`),
  };
}

function createCatalogue(tables: Map<string, CatalogueTable>): Catalogue {
  return {
    ensureDatabase() {},
    createTable(table) {
      const key = `${table.database}.${table.name}`;
      if (tables.has(key)) throw new Error(`Table ${key} exists.`);
      tables.set(key, table);
    },
    setColumns(database, name, columns) {
      const key = `${database}.${name}`;
      tables.set(key, { ...(tables.get(key) as CatalogueTable), columns });
    },
    hasTable: (database, name) => tables.has(`${database}.${name}`),
  };
}

async function queryParquet(files: readonly string[], select: string): Promise<Record<string, unknown>[]> {
  if (files.length === 0) return [];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
    await connection.run(
      `CREATE VIEW offline AS SELECT * FROM read_parquet([${list}], union_by_name = true, hive_partitioning = false)`,
    );
    const reader = await connection.runAndReadAll(select);
    return reader.getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A copy of a data directory as a killed process would leave it. */
export function copyDataDir(dataDir: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'tidemark-killed-'));
  mkdirSync(join(copy, 'feature-store'));
  for (const name of ['feature-store.sqlite', 'feature-store.sqlite-wal'])
    copyFileSync(join(dataDir, 'feature-store', name), join(copy, 'feature-store', name));
  return copy;
}

export const removeDataDir = (dataDir: string) => rmSync(dataDir, { recursive: true, force: true });

/** mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
