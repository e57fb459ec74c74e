/** The topology of one stage in one account, with every name and ARN in place: plain data for the engine. */
import { type EventStream, physicalStreamName } from '@tidemark/domain';
import {
  backfillMachine,
  buildDatasetMachine,
  ingestMachine,
  monitorMachine,
  rebuildWindowsMachine,
  restoreMachine,
  type StateMachine,
  snapshotMachine,
} from '@tidemark/machines';
import {
  type BucketName,
  type FunctionName,
  type MachineName,
  type Reference,
  type ScheduleTopology,
  type Topology,
  topology,
} from './topology.ts';

export interface Stage {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  /** How long after its arrival a record is certain to be in the offline store. The documents say 15 minutes; absent: 20. */
  readonly offlineDelaySeconds?: number;
}

const OFFLINE_DELAY_SECONDS = 1_200;

export interface StageSecrets {
  readonly 'audit-key': string;
}

/** Physical names of a stage. S3 names are global, so they carry the account. */
export function stageNames({ stage, account, region, offlineDelaySeconds = OFFLINE_DELAY_SECONDS }: Stage) {
  const functionName = (name: FunctionName) => `${stage}-${name}`;
  const machineName = (name: MachineName) => `${stage}-${name}`;
  return {
    bucket: (name: BucketName) => `tidemark-${stage}-${name}-${account}`,
    functionName,
    functionArn: (name: FunctionName) => `arn:aws:lambda:${region}:${account}:function:${functionName(name)}`,
    machineName,
    machineArn: (name: MachineName) => `arn:aws:states:${region}:${account}:stateMachine:${machineName(name)}`,
    streamName: (stream: Pick<EventStream, 'name'>) => physicalStreamName(stage, stream),
    /** Of what brings a stream's records to its function. */
    mappingName: (stream: Pick<EventStream, 'name'>) => `${physicalStreamName(stage, stream)}-received`,
    /** Glue database of our own tables. */
    database: `tidemark_${stage.replaceAll('-', '_')}`,
    offlineStoreUri: `s3://tidemark-${stage}-offline-${account}/feature-store`,
    featureStoreRoleArn: `arn:aws:iam::${account}:role/tidemark-${stage}-feature-store`,
    workGroup: `tidemark-${stage}`,
    /** All under one prefix, which is what the operations key lets CloudWatch encrypt. */
    logGroup: (kind: LogGroupKind, of: string) => `/tidemark/${stage}/${kind}/${of}`,
    offlineDelaySeconds,
  };
}

export type LogGroupKind = 'functions' | 'machines' | 'api' | 'audit';
export type StageNames = ReturnType<typeof stageNames>;

export const machinesOf = (
  names: StageNames,
  { chunkConcurrency, rangeConcurrency, bucketConcurrency }: Topology = topology,
): Readonly<Record<MachineName, StateMachine>> => ({
  ingest: ingestMachine({
    planIngest: names.functionArn('plan-ingest'),
    ingestChunk: names.functionArn('ingest-chunk'),
    sealIngest: names.functionArn('seal-ingest'),
    chunkConcurrency,
  }),
  backfill: backfillMachine({
    beginBackfill: names.functionArn('begin-backfill'),
    cutBackfillFile: names.functionArn('cut-backfill-file'),
    readBackfillChunk: names.functionArn('read-backfill-chunk'),
    compareBackfill: names.functionArn('compare-backfill'),
    writeBackfillBucket: names.functionArn('write-backfill-bucket'),
    rebuildBackfillWindows: names.functionArn('rebuild-backfill-windows'),
    sealBackfill: names.functionArn('seal-backfill'),
    endBackfill: names.functionArn('end-backfill'),
    workGroup: names.workGroup,
    fileConcurrency: chunkConcurrency,
    bucketConcurrency: chunkConcurrency,
  }),
  'build-dataset': buildDatasetMachine({
    prepareDataset: names.functionArn('prepare-dataset'),
    finishDataset: names.functionArn('finish-dataset'),
    verifyDataset: names.functionArn('verify-dataset'),
    publishDataset: names.functionArn('publish-dataset'),
    cleanDataset: names.functionArn('clean-dataset'),
    workGroup: names.workGroup,
    rangeConcurrency,
  }),
  'rebuild-windows': rebuildWindowsMachine({
    pauseStream: names.functionArn('pause-stream'),
    planRebuild: names.functionArn('plan-rebuild'),
    rebuildBucket: names.functionArn('rebuild-bucket'),
    sealRebuild: names.functionArn('seal-rebuild'),
    resumeStream: names.functionArn('resume-stream'),
    workGroup: names.workGroup,
    bucketConcurrency,
  }),
  snapshot: snapshotMachine({
    planSnapshot: names.functionArn('plan-snapshot'),
    prepareSnapshotQuery: names.functionArn('prepare-snapshot-query'),
    sealSnapshotPart: names.functionArn('seal-snapshot-part'),
    publishSnapshot: names.functionArn('publish-snapshot'),
    cleanSnapshot: names.functionArn('clean-snapshot'),
    workGroup: names.workGroup,
    queryConcurrency: rangeConcurrency,
    partConcurrency: rangeConcurrency,
  }),
  restore: restoreMachine({
    planRestore: names.functionArn('plan-restore'),
    restorePart: names.functionArn('restore-part'),
    restoreWindows: names.functionArn('restore-windows'),
    sealRestore: names.functionArn('seal-restore'),
    partConcurrency: chunkConcurrency,
  }),
  monitor: monitorMachine({
    planMonitor: names.functionArn('plan-monitor'),
    observeGroup: names.functionArn('observe-group'),
    compareGroup: names.functionArn('compare-group'),
    publishMonitor: names.functionArn('publish-monitor'),
    workGroup: names.workGroup,
  }),
});

const streamSettings = ({ streams: { shardCount, retentionHours } }: Topology) => ({ shardCount, retentionHours });

function mappingSettings(names: StageNames, { streams: { received } }: Topology) {
  const { batchSize, batchingWindowMs, bisectBatchOnFunctionError, failures, ...limits } = received;
  return {
    functionName: names.functionName(received.function),
    batchSize,
    maximumBatchingWindowMs: batchingWindowMs,
    startingPosition: 'TRIM_HORIZON' as const,
    bisectBatchOnFunctionError,
    maximumRetryAttempts: limits.maximumRetryAttempts,
    maximumRecordAgeMs: limits.maximumRecordAgeMs,
    reportBatchItemFailures: limits.reportBatchItemFailures,
    failureDestination: `s3://${names.bucket(failures.bucket)}`,
  };
}

function resolveReference(names: StageNames, secrets: StageSecrets, reference: Reference): string {
  if ('bucket' in reference) return names.bucket(reference.bucket);
  if ('machineArn' in reference) return names.machineArn(reference.machineArn);
  if ('database' in reference) return names.database;
  if ('functionName' in reference) return names.functionName(reference.functionName as FunctionName);
  if ('logGroup' in reference) return names.logGroup('audit', reference.logGroup);
  if ('setting' in reference) return String(names.offlineDelaySeconds);
  return secrets[reference.secret];
}

/** The environment of a function, every reference resolved. */
export const resolveEnvironment = (names: StageNames, secrets: StageSecrets, name: FunctionName): Record<string, string> =>
  Object.fromEntries([
    ['POWERTOOLS_SERVICE_NAME', name],
    ...Object.entries(topology.functions[name].environment).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : resolveReference(names, secrets, value),
    ]),
  ]);

export function resolveSchedule(names: StageNames, stage: string, { name, expression, target }: ScheduleTopology) {
  const base = { name: `${stage}-${name}`, expression };
  return 'function' in target
    ? { ...base, target: { functionName: names.functionName(target.function) } }
    : { ...base, target: { stateMachine: names.machineName(target.machine) }, input: target.input };
}

export function resolveTopology(
  stage: Stage,
  secrets: StageSecrets,
  bundleDirOf: (name: FunctionName) => string,
  streams: readonly Pick<EventStream, 'name'>[],
) {
  const names = stageNames(stage);
  return {
    buckets: Object.entries(topology.buckets).map(([name, { versioned, notifies }]) => ({
      name: names.bucket(name as BucketName),
      versioned,
      notifications: notifies.map((one) => ({ functionName: names.functionName(one) })),
    })),
    functions: (Object.keys(topology.functions) as FunctionName[]).map((name) => {
      const { memoryMb, timeoutMs, reservedConcurrency } = topology.functions[name];
      return {
        name: names.functionName(name),
        bundleDir: bundleDirOf(name),
        handler: 'index.handler',
        memoryMb,
        timeoutMs,
        ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
        environment: resolveEnvironment(names, secrets, name),
        logGroup: names.logGroup('functions', name),
        failureDestination: `s3://${names.bucket('ledger')}`,
      };
    }),
    workGroups: [{ name: names.workGroup, outputLocation: `s3://${names.bucket('work')}/query-results/` }],
    stateMachines: Object.entries(machinesOf(names)).map(([name, definition]) => ({
      name: names.machineName(name as MachineName),
      definition,
    })),
    routes: topology.routes.map(({ method, path, function: name, authorizer }) => ({
      method,
      path,
      functionName: names.functionName(name),
      authorizer,
    })),
    logGroups: topology.logGroups.map((name) => ({ name: names.logGroup('audit', name) })),
    logSubscriptions: topology.logSubscriptions.map(({ name, of, pattern, function: target }) => ({
      name,
      logGroup: names.logGroup('functions', of),
      pattern,
      functionName: names.functionName(target),
    })),
    streams: streams.map((stream) => ({ name: names.streamName(stream), ...streamSettings(topology) })),
    eventSourceMappings: streams.map((stream) => ({
      name: names.mappingName(stream),
      streamName: names.streamName(stream),
      ...mappingSettings(names, topology),
    })),
    schedules: topology.schedules.map((schedule) => resolveSchedule(names, stage.stage, schedule)),
  };
}
