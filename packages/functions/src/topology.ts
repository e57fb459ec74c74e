/**
 * The one list of functions, triggers, routes, schedules, limits and permissions. `stacks/` turns it into resources on AWS,
 * `tidemark dev` hands it to the engine; nothing is listed twice.
 *
 * Names are logical. `{ bucket }`, `{ machine }` and the like stand for what `resolve-topology.ts` puts in per stage.
 */

import type { FeatureGroupSet } from './feature-group-sets.ts';

export type BucketName = 'raw' | 'ledger' | 'offline' | 'datasets' | 'work';
export type MachineName = 'ingest' | 'build-dataset' | 'rebuild-windows' | 'snapshot' | 'restore' | 'monitor' | 'backfill';

/** Log groups beside those that each function and machine has. */
export type LogGroupName = 'feature-reads';

export type Reference =
  | { readonly bucket: BucketName }
  | { readonly machineArn: MachineName }
  | { readonly database: 'own' }
  | { readonly functionName: string }
  | { readonly logGroup: LogGroupName }
  | { readonly secret: 'audit-key' }
  | { readonly setting: 'offline-delay-seconds' };

/** What a function may do, by action and by resource. */
export interface Permission {
  readonly actions: readonly string[];
  readonly on: /** `headsOnly`: size and time of objects, which takes no key, never their bytes. */
    | { readonly bucket: BucketName; readonly keys?: string; readonly headsOnly?: true }
    | { readonly machine: MachineName; readonly executions?: true }
    | { readonly featureGroups: FeatureGroupSet }
    | { readonly streams: 'own' }
    | { readonly mappingsOf: 'stream-received' }
    | { readonly logGroup: LogGroupName }
    /** Our projected tables, or those that the service made for the stage's feature groups, of all of them or of those in Iceberg format. */
    | { readonly tables: 'own' | 'service' | 'service-iceberg' };
}

export interface FunctionTopology {
  /** File under `packages/functions/src`. */
  readonly entry: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly reservedConcurrency?: number;
  readonly environment: Readonly<Record<string, string | Reference>>;
  readonly permissions: readonly Permission[];
}

const minutes = (count: number) => count * 60_000;
const ledger = { LEDGER_BUCKET: { bucket: 'ledger' } } as const;
const datasets = {
  ...ledger,
  WORK_BUCKET: { bucket: 'work' },
  DATASET_BUCKET: { bucket: 'datasets' },
  GLUE_DATABASE: { database: 'own' },
} as const;

const snapshots = { ...ledger, WORK_BUCKET: { bucket: 'work' }, SNAPSHOT_BUCKET: { bucket: 'datasets' } } as const;
const restores = { ...ledger, SNAPSHOT_BUCKET: { bucket: 'datasets' } } as const;
const monitor = { ...ledger, WORK_BUCKET: { bucket: 'work' } } as const;
const auditKey = { AUDIT_KEY_ID: 'k1', AUDIT_KEY: { secret: 'audit-key' } } as const;

const read = (bucket: BucketName, keys = '*'): Permission => ({ actions: ['s3:GetObject'], on: { bucket, keys } });
const write = (bucket: BucketName, keys = '*'): Permission => ({ actions: ['s3:PutObject'], on: { bucket, keys } });
const remove = (bucket: BucketName, keys = '*'): Permission => ({ actions: ['s3:DeleteObject'], on: { bucket, keys } });
const list = (bucket: BucketName): Permission => ({ actions: ['s3:ListBucket'], on: { bucket } });
/** None of them has partitions of its own: they are projected, or there are none. */
const readTables = (tables: 'own' | 'service'): Permission => ({
  actions: ['glue:GetDatabase', 'glue:GetTable'],
  on: { tables },
});
/** What is read of the raw bucket is named by its version. */
const readVersions: Permission = { actions: ['s3:GetObjectVersion'], on: { bucket: 'raw', keys: '*' } };
/** Of the functions that write records; `put` is for regions that have no batch write yet. */
const WRITE_API: 'batch' | 'put' = 'batch';
const writeRecords = (featureGroups: FeatureGroupSet): Permission => ({
  actions: [WRITE_API === 'batch' ? 'sagemaker:BatchWriteRecord' : 'sagemaker:PutRecord'],
  on: { featureGroups },
});
const readRecords = (featureGroups: FeatureGroupSet): Permission => ({
  actions: ['sagemaker:BatchGetRecord'],
  on: { featureGroups },
});

/** Instances of `ingest-chunk` at a time; each writes at the group's rate divided by this. */
const CHUNK_CONCURRENCY = 4;
/** Well below the account's quota of 10,000 calls a second; what a group's own throughput does not take is tried again. */
const RECORDS_PER_SECOND = 40_000;

const writing = {
  RECORDS_PER_SECOND: String(RECORDS_PER_SECOND / CHUNK_CONCURRENCY),
  WRITE_CALLS_IN_FLIGHT: '4',
  WRITE_API,
} as const;

const datasetStep = (entry: string, permissions: readonly Permission[]): FunctionTopology => ({
  entry,
  memoryMb: 2_048,
  timeoutMs: minutes(15),
  environment: datasets,
  permissions,
});

/** Pausing a stream and letting it go on. */
const pausing = (
  entry: string,
  permissions: readonly Permission[],
  settings: FunctionTopology['environment'] = {},
): FunctionTopology => ({
  entry,
  memoryMb: 256,
  timeoutMs: minutes(1),
  environment: {
    ...ledger,
    STREAM_FUNCTION_NAME: { functionName: 'stream-received' },
    REBUILD_MACHINE_ARN: { machineArn: 'rebuild-windows' },
    ...settings,
  },
  permissions: [
    read('ledger', 'catalogue.json'),
    read('ledger', 'stream-pauses/*'),
    { actions: ['lambda:UpdateEventSourceMapping'], on: { mappingsOf: 'stream-received' } },
    ...permissions,
  ],
});

const rebuildStep = (entry: string, permissions: readonly Permission[]): FunctionTopology => ({
  entry,
  memoryMb: 2_048,
  timeoutMs: minutes(15),
  environment: { ...ledger, WORK_BUCKET: { bucket: 'work' }, RECORDS_PER_SECOND: '10000', WRITE_CALLS_IN_FLIGHT: '4' },
  permissions: [read('ledger'), read('work', 'rebuild-work/*'), list('work'), ...permissions],
});

const snapshotStep = (entry: string, permissions: readonly Permission[]): FunctionTopology => ({
  entry,
  memoryMb: 1_024,
  timeoutMs: minutes(15),
  environment: snapshots,
  permissions,
});

/** Buckets of window states that are made again at a time. */
const BUCKET_CONCURRENCY = 8;

const backfill = { ...ledger, RAW_BUCKET: { bucket: 'raw' }, WORK_BUCKET: { bucket: 'work' } } as const;
const ownTables = (...actions: readonly string[]): Permission => ({ actions, on: { tables: 'own' } });

const backfillStep = (
  name: string,
  permissions: readonly Permission[],
  environment: FunctionTopology['environment'] = {},
): FunctionTopology => ({
  entry: `backfill/${name}.ts`,
  memoryMb: 1_024,
  timeoutMs: minutes(15),
  environment: { ...backfill, ...environment },
  permissions: [read('ledger'), write('ledger', 'leases/*'), ...permissions],
});
const backfillWork = [read('work', 'backfill-work/*'), write('work', 'backfill-work/*')];

const functions = {
  'object-uploaded': {
    entry: 'ingest/object-uploaded.ts',
    memoryMb: 256,
    timeoutMs: 30_000,
    environment: { ...ledger, INGEST_MACHINE_ARN: { machineArn: 'ingest' } },
    permissions: [{ actions: ['states:StartExecution'], on: { machine: 'ingest' } }, write('ledger', 'unroutable/*')],
  },
  'plan-ingest': {
    entry: 'ingest/plan-ingest.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(15),
    environment: ledger,
    permissions: [
      readVersions,
      list('raw'),
      read('ledger'),
      list('ledger'),
      write('ledger', 'plans/*'),
      write('ledger', 'chunk-copies/*'),
    ],
  },
  'ingest-chunk': {
    entry: 'ingest/ingest-chunk.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(15),
    reservedConcurrency: CHUNK_CONCURRENCY,
    environment: { ...ledger, ...writing },
    permissions: [
      readVersions,
      read('ledger'),
      list('ledger'),
      write('ledger', 'quarantine/*'),
      write('ledger', 'chunk-results/*'),
      writeRecords('written-from-files'),
    ],
  },
  'seal-ingest': {
    entry: 'ingest/seal-ingest.ts',
    memoryMb: 512,
    timeoutMs: minutes(5),
    environment: ledger,
    permissions: [
      { actions: ['s3:GetObjectVersion'], on: { bucket: 'raw', headsOnly: true } },
      list('raw'),
      read('ledger'),
      list('ledger'),
      write('ledger', 'receipts/*'),
      write('ledger', 'sealed/*'),
      write('ledger', 'quarantine/*'),
    ],
  },
  reconcile: {
    entry: 'ingest/reconcile.ts',
    memoryMb: 512,
    timeoutMs: minutes(15),
    reservedConcurrency: 1,
    environment: { ...ledger, RAW_BUCKET: { bucket: 'raw' }, INGEST_MACHINE_ARN: { machineArn: 'ingest' } },
    permissions: [
      { actions: ['s3:ListBucketVersions'], on: { bucket: 'raw' } },
      list('ledger'),
      read('ledger'),
      write('ledger', 'summaries/*'),
      { actions: ['states:StartExecution'], on: { machine: 'ingest' } },
      { actions: ['states:DescribeExecution', 'states:RedriveExecution'], on: { machine: 'ingest', executions: true } },
    ],
  },
  'stream-received': {
    entry: 'stream/stream-received.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(1),
    environment: { ...ledger, RECORDS_PER_SECOND: '10000', WRITE_CALLS_IN_FLIGHT: '4' },
    permissions: [
      {
        actions: [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
        ],
        on: { streams: 'own' },
      },
      read('ledger', 'catalogue.json'),
      write('ledger', 'quarantine/*'),
      write('ledger', 'stream-batches/*'),
      // By the event-source mapping, in the function's name.
      write('ledger', 'aws/lambda/*'),
      list('ledger'),
      readRecords('window-states'),
      writeRecords('window-states'),
      writeRecords('event-histories'),
      writeRecords('written-from-streams'),
    ],
  },
  'pause-stream': pausing(
    'rebuild/pause-stream.ts',
    [
      write('ledger', 'stream-pauses/*'),
      list('ledger'),
      { actions: ['lambda:ListEventSourceMappings'], on: { mappingsOf: 'stream-received' } },
      // Whether who has paused it still runs.
      { actions: ['states:DescribeExecution'], on: { machine: 'rebuild-windows', executions: true } },
    ],
    { OFFLINE_DELAY_SECONDS: { setting: 'offline-delay-seconds' } },
  ),
  'plan-rebuild': rebuildStep('rebuild/plan-rebuild.ts', [
    list('ledger'),
    list('offline'),
    write('work', 'rebuild-work/*'),
    write('ledger', 'quarantine/*'),
    writeRecords('written-from-streams'),
  ]),
  'rebuild-bucket': {
    ...rebuildStep('rebuild/rebuild-bucket.ts', [
      write('work', 'rebuild-work/*'),
      write('ledger', 'quarantine/*'),
      readRecords('window-states'),
      writeRecords('window-states'),
      writeRecords('event-histories'),
    ]),
    reservedConcurrency: BUCKET_CONCURRENCY,
  },
  'seal-rebuild': rebuildStep('rebuild/seal-rebuild.ts', [
    list('ledger'),
    write('ledger', 'rebuilds/*'),
    remove('ledger', 'aws/lambda/*'),
  ]),
  'resume-stream': pausing('rebuild/resume-stream.ts', [remove('ledger', 'stream-pauses/*')]),
  'serve-features': {
    entry: 'serve/serve-features.ts',
    memoryMb: 1_024,
    timeoutMs: 15_000,
    environment: { ...ledger, ...auditKey },
    permissions: [read('ledger', 'catalogue.json'), readRecords('served')],
  },
  'audit-logged': {
    entry: 'serve/audit-logged.ts',
    memoryMb: 256,
    timeoutMs: minutes(1),
    environment: { AUDIT_LOG_GROUP: { logGroup: 'feature-reads' } },
    permissions: [{ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: { logGroup: 'feature-reads' } }],
  },
  'prepare-dataset': {
    ...datasetStep('dataset/prepare-dataset.ts', [
      read('ledger', 'catalogue.json'),
      // Labels lie in either.
      read('work'),
      list('work'),
      read('raw'),
      list('raw'),
      list('offline'),
      write('work', 'dataset-work/*'),
      write('ledger', 'dataset-work/*'),
      { actions: ['glue:CreateDatabase', 'glue:CreateTable', 'glue:UpdateTable'], on: { tables: 'own' } },
    ]),
    memoryMb: 3_008,
  },
  'finish-dataset': {
    ...datasetStep('dataset/finish-dataset.ts', [
      read('work', 'dataset-work/*'),
      list('work'),
      write('work', 'dataset-work/*'),
      read('datasets', 'datasets/*'),
      write('datasets', 'datasets/*'),
    ]),
    reservedConcurrency: 4,
  },
  'verify-dataset': datasetStep('dataset/verify-dataset.ts', [read('work', 'dataset-work/*')]),
  'publish-dataset': datasetStep('dataset/publish-dataset.ts', [
    read('ledger', 'catalogue.json'),
    read('work', 'dataset-work/*'),
    write('datasets', 'datasets/*'),
    write('ledger', 'manifests/*'),
  ]),
  'clean-dataset': datasetStep('dataset/clean-dataset.ts', [
    list('work'),
    remove('work', 'dataset-work/*'),
    remove('ledger', 'dataset-work/*'),
    list('datasets'),
    remove('datasets', 'datasets/*'),
    { actions: ['glue:DeleteTable'], on: { tables: 'own' } },
  ]),
  'plan-snapshot': {
    ...snapshotStep('snapshot/plan-snapshot.ts', [
      read('ledger', 'catalogue.json'),
      list('offline'),
      read('work', 'snapshot-work/*'),
      list('work'),
      write('work', 'snapshot-work/*'),
      // Of several firings at one time the first one claims the snapshot.
      read('ledger', 'snapshot-claims/*'),
      write('ledger', 'snapshot-claims/*'),
    ]),
    environment: { ...snapshots, OFFLINE_DELAY_SECONDS: { setting: 'offline-delay-seconds' } },
  },
  'prepare-snapshot-query': snapshotStep('snapshot/prepare-snapshot-query.ts', [
    read('work', 'snapshot-work/*'),
    list('datasets'),
    remove('datasets', 'snapshots/*'),
  ]),
  'seal-snapshot-part': {
    ...snapshotStep('snapshot/seal-snapshot-part.ts', [
      read('work', 'snapshot-work/*'),
      list('datasets'),
      read('datasets', 'snapshots/*'),
      write('work', 'snapshot-work/*'),
    ]),
    memoryMb: 2_048,
  },
  'publish-snapshot': snapshotStep('snapshot/publish-snapshot.ts', [
    read('work', 'snapshot-work/*'),
    write('datasets', 'snapshots/*'),
    write('ledger', 'snapshots/*'),
  ]),
  'clean-snapshot': snapshotStep('snapshot/clean-snapshot.ts', [
    list('datasets'),
    remove('datasets', 'snapshots/*'),
    list('work'),
    remove('work', 'snapshot-work/*'),
  ]),
  'plan-restore': {
    entry: 'restore/plan-restore.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(5),
    environment: restores,
    permissions: [
      read('ledger', 'catalogue.json'),
      read('datasets', 'snapshots/*'),
      list('datasets'),
      write('ledger', 'restore-plans/*'),
    ],
  },
  'restore-part': {
    entry: 'restore/restore-part.ts',
    memoryMb: 2_048,
    timeoutMs: minutes(15),
    reservedConcurrency: CHUNK_CONCURRENCY,
    environment: {
      ...restores,
      RECORDS_PER_SECOND: String(RECORDS_PER_SECOND / CHUNK_CONCURRENCY),
      WRITE_CALLS_IN_FLIGHT: '3',
      WRITE_API,
    },
    permissions: [
      read('ledger'),
      list('ledger'),
      read('datasets', 'snapshots/*'),
      write('ledger', 'restore-results/*'),
      readRecords('kept-in-both'),
      writeRecords('kept-in-both'),
      { actions: ['sagemaker:DeleteRecord'], on: { featureGroups: 'kept-in-both' } },
    ],
  },
  'restore-windows': {
    entry: 'restore/restore-windows.ts',
    memoryMb: 512,
    timeoutMs: minutes(1),
    environment: { ...restores, REBUILD_MACHINE_ARN: { machineArn: 'rebuild-windows' } },
    permissions: [
      read('ledger', 'restore-plans/*'),
      { actions: ['states:StartExecution'], on: { machine: 'rebuild-windows' } },
      { actions: ['states:DescribeExecution'], on: { machine: 'rebuild-windows', executions: true } },
    ],
  },
  'seal-restore': {
    entry: 'restore/seal-restore.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(5),
    environment: restores,
    permissions: [read('ledger'), list('ledger'), write('ledger', 'restores/*')],
  },
  'measure-ingest': {
    entry: 'monitor/measure-ingest.ts',
    memoryMb: 512,
    timeoutMs: minutes(4),
    environment: { ...ledger, RAW_BUCKET: { bucket: 'raw' } },
    permissions: [{ actions: ['s3:ListBucketVersions'], on: { bucket: 'raw' } }, list('ledger'), read('ledger')],
  },
  'plan-monitor': {
    entry: 'monitor/plan-monitor.ts',
    memoryMb: 256,
    timeoutMs: 30_000,
    environment: { ...ledger, OFFLINE_DELAY_SECONDS: { setting: 'offline-delay-seconds' } },
    permissions: [read('ledger', 'catalogue.json')],
  },
  'observe-group': {
    entry: 'monitor/observe-group.ts',
    memoryMb: 1_024,
    timeoutMs: minutes(15),
    environment: monitor,
    permissions: [
      read('ledger', 'catalogue.json'),
      list('offline'),
      read('work', 'monitor-work/*'),
      list('work'),
      write('work', 'monitor-work/*'),
      remove('work', 'monitor-work/*'),
      { actions: ['sagemaker:ListRecords', 'sagemaker:BatchGetRecord'], on: { featureGroups: 'kept-in-both' } },
      { actions: ['sagemaker:ListRecords', 'sagemaker:BatchGetRecord'], on: { featureGroups: 'window-states' } },
    ],
  },
  'compare-group': {
    entry: 'monitor/compare-group.ts',
    memoryMb: 2_048,
    timeoutMs: minutes(15),
    environment: { ...monitor, ...auditKey },
    permissions: [
      read('ledger', 'catalogue.json'),
      list('offline'),
      read('offline', 'feature-store/*'),
      read('ledger', 'receipts/*'),
      list('ledger'),
      read('work', 'monitor-work/*'),
      list('work'),
      write('ledger', 'inconsistencies/*'),
      readRecords('kept-in-both'),
      readRecords('window-states'),
    ],
  },
  'publish-monitor': {
    entry: 'monitor/publish-monitor.ts',
    memoryMb: 256,
    timeoutMs: minutes(1),
    environment: ledger,
    permissions: [write('ledger', 'monitor/*')],
  },
  'begin-backfill': backfillStep('begin-backfill', [
    list('ledger'),
    { actions: ['s3:ListBucketVersions'], on: { bucket: 'raw' } },
    write('ledger', 'backfill-plans/*'),
  ]),
  'cut-backfill-file': backfillStep('cut-backfill-file', [list('ledger'), list('work'), readVersions, ...backfillWork]),
  'read-backfill-chunk': backfillStep('read-backfill-chunk', [
    readVersions,
    list('work'),
    write('ledger', 'quarantine/*'),
    ...backfillWork,
  ]),
  'compare-backfill': backfillStep(
    'compare-backfill',
    [
      list('ledger'),
      list('work'),
      list('offline'),
      write('ledger', 'backfill-plans/*'),
      ownTables('glue:CreateDatabase', 'glue:CreateTable', 'glue:UpdateTable'),
      read('work', 'backfill-work/*'),
    ],
    { GLUE_DATABASE: { database: 'own' }, OFFLINE_DELAY_SECONDS: { setting: 'offline-delay-seconds' } },
  ),
  'write-backfill-bucket': {
    ...backfillStep(
      'write-backfill-bucket',
      [
        list('work'),
        ...backfillWork,
        readRecords('written-from-files'),
        writeRecords('written-from-files'),
        { actions: ['sagemaker:DeleteRecord'], on: { featureGroups: 'written-from-files' } },
      ],
      writing,
    ),
    reservedConcurrency: CHUNK_CONCURRENCY,
  },
  'rebuild-backfill-windows': backfillStep(
    'rebuild-backfill-windows',
    [
      list('ledger'),
      write('ledger', 'backfill-receipts/*'),
      { actions: ['states:StartExecution'], on: { machine: 'rebuild-windows' } },
      { actions: ['states:DescribeExecution'], on: { machine: 'rebuild-windows', executions: true } },
    ],
    { REBUILD_MACHINE_ARN: { machineArn: 'rebuild-windows' } },
  ),
  'seal-backfill': backfillStep('seal-backfill', [
    list('ledger'),
    list('work'),
    write('ledger', 'backfill-receipts/*'),
    write('ledger', 'backfill-progress/*'),
    read('work', 'backfill-work/*'),
  ]),
  'end-backfill': backfillStep(
    'end-backfill',
    [list('ledger'), list('work'), remove('work', 'backfill-work/*'), ownTables('glue:DeleteTable')],
    { GLUE_DATABASE: { database: 'own' } },
  ),
} satisfies Record<string, FunctionTopology>;

export type FunctionName = keyof typeof functions;

export interface ScheduleTopology {
  readonly name: string;
  /** `rate(5 minutes)` or `cron(0 3 * * ? *)`, UTC. */
  readonly expression: string;
  /** The input may contain {@link SCHEDULED_TIME}. It fires at least once: whoever is started must stand a second time. */
  readonly target: { readonly function: FunctionName } | { readonly machine: MachineName; readonly input: ScheduleInput };
}

export type ScheduleInput = Readonly<Record<string, string>>;

/** EventBridge Scheduler's context attribute: the time a firing was meant for, as ISO-8601 with whole seconds. */
export const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

export interface MachineTopology {
  /**
   * What the definition cannot tell, since it comes with an execution's input: the lists that distributed Maps read, the tables
   * and files that queries read, and where they write. The calls themselves are read from the definition.
   */
  readonly permissions: readonly Permission[];
}

/** What Athena reads and writes with the rights of who asks: files of the history, and where the workgroup puts results. */
const historyFiles = [
  read('offline', 'feature-store/*'),
  list('offline'),
  read('work', 'query-results/*'),
  write('work', 'query-results/*'),
];
const queries = [readTables('own'), readTables('service'), ...historyFiles];

const machines = {
  ingest: { permissions: [read('ledger', 'plans/*')] },
  'build-dataset': {
    permissions: [
      read('ledger', 'dataset-work/*'),
      ...queries,
      read('work', 'dataset-work/*'),
      write('work', 'dataset-work/*'),
      list('work'),
    ],
  },
  snapshot: {
    permissions: [
      readTables('service'),
      ...historyFiles,
      read('work', 'snapshot-work/*'),
      write('datasets', 'snapshots/*'),
      list('datasets'),
    ],
  },
  restore: { permissions: [read('ledger', 'restore-plans/*')] },
  'rebuild-windows': {
    permissions: [
      readTables('service'),
      ...historyFiles,
      read('work', 'rebuild-work/*'),
      write('work', 'rebuild-work/*'),
      list('work'),
    ],
  },
  monitor: {
    permissions: [...queries, write('work', 'monitor-work/*'), list('work')],
  },
  backfill: {
    permissions: [
      read('ledger', 'backfill-plans/*'),
      ...queries,
      read('work', 'backfill-work/*'),
      write('work', 'backfill-work/*'),
      list('work'),
    ],
  },
} satisfies Record<MachineName, MachineTopology>;

export interface Topology {
  readonly machines: Readonly<Record<MachineName, MachineTopology>>;
  readonly functions: Readonly<Record<FunctionName, FunctionTopology>>;
  readonly buckets: Readonly<Record<BucketName, { readonly versioned: boolean; readonly notifies: readonly FunctionName[] }>>;
  readonly routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly function: FunctionName;
    readonly authorizer: 'jwt' | 'iam';
  }[];
  readonly schedules: readonly ScheduleTopology[];
  readonly logGroups: readonly LogGroupName[];
  readonly logSubscriptions: readonly LogSubscriptionTopology[];
  /** Of each stream that the definitions have. */
  readonly streams: StreamTopology;
  readonly chunkConcurrency: number;
  readonly rangeConcurrency: number;
  readonly bucketConcurrency: number;
}

/** Lines that one function prints and another gets: within seconds, and at least once. */
export interface LogSubscriptionTopology {
  readonly name: string;
  readonly of: FunctionName;
  /** Which lines, in the language of CloudWatch Logs. */
  readonly pattern: string;
  readonly function: FunctionName;
}

export interface StreamTopology {
  /** Of a new stream: afterwards it is split and merged as its load asks for. */
  readonly shardCount: number;
  readonly retentionHours: number;
  /** How its records come to a function. */
  readonly received: {
    readonly function: FunctionName;
    readonly batchSize: number;
    readonly batchingWindowMs: number;
    /** Batches of one shard at a time. The engine has no other. */
    readonly parallelizationFactor: 1;
    readonly bisectBatchOnFunctionError: boolean;
    /** -1: until the record is too old. */
    readonly maximumRetryAttempts: number;
    readonly maximumRecordAgeMs: number;
    readonly reportBatchItemFailures: true;
    /** Where batches go that were given up, with their payload; Lambda chooses the keys. */
    readonly failures: { readonly bucket: BucketName };
  };
}

export const topology: Topology = {
  functions,
  machines,
  buckets: {
    raw: { versioned: true, notifies: ['object-uploaded'] },
    ledger: { versioned: false, notifies: [] },
    offline: { versioned: false, notifies: [] },
    datasets: { versioned: false, notifies: [] },
    work: { versioned: false, notifies: [] },
  },
  routes: [
    { method: 'GET', path: '/features/{view}', function: 'serve-features', authorizer: 'jwt' },
    { method: 'POST', path: '/features/{view}', function: 'serve-features', authorizer: 'jwt' },
    { method: 'GET', path: '/internal/features/{view}', function: 'serve-features', authorizer: 'iam' },
    { method: 'POST', path: '/internal/features/{view}', function: 'serve-features', authorizer: 'iam' },
  ],
  logGroups: ['feature-reads'],
  logSubscriptions: [
    { name: 'feature-reads', of: 'serve-features', pattern: '{ $.kind = "feature-read" }', function: 'audit-logged' },
  ],
  streams: {
    shardCount: 2,
    retentionHours: 7 * 24,
    received: {
      function: 'stream-received',
      batchSize: 500,
      // A batch is as large as what came while the one before was handled: waiting would only add to the latency.
      batchingWindowMs: 0,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      // Bad records are quarantined by the function, so what fails is a dependency, for which the shard waits. A day before
      // the stream forgets it, a batch is given up, with its payload.
      maximumRetryAttempts: -1,
      maximumRecordAgeMs: 6 * 24 * 60 * minutes(1),
      reportBatchItemFailures: true,
      failures: { bucket: 'ledger' },
    },
  },
  schedules: [
    { name: 'reconcile', expression: 'rate(5 minutes)', target: { function: 'reconcile' } },
    {
      name: 'snapshot',
      expression: 'cron(10 3 * * ? *)',
      target: { machine: 'snapshot', input: { scheduledTime: SCHEDULED_TIME } },
    },
    {
      name: 'backfill',
      expression: 'cron(30 2 * * ? *)',
      target: { machine: 'backfill', input: { scheduledTime: SCHEDULED_TIME } },
    },
    { name: 'measure-ingest', expression: 'rate(5 minutes)', target: { function: 'measure-ingest' } },
    { name: 'monitor', expression: 'rate(1 hour)', target: { machine: 'monitor', input: { scope: 'recent' } } },
    { name: 'monitor-full', expression: 'cron(0 4 ? * SUN *)', target: { machine: 'monitor', input: { scope: 'full' } } },
  ],
  chunkConcurrency: CHUNK_CONCURRENCY,
  rangeConcurrency: 4,
  bucketConcurrency: BUCKET_CONCURRENCY,
};
