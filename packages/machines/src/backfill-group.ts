import { call, invoke, itemsOf } from './backfill-tasks.ts';
import { transientFaults } from './transient-faults.ts';
import { writeFaults } from './write-faults.ts';

export interface BackfillNames {
  readonly beginBackfill: string;
  readonly cutBackfillFile: string;
  readonly readBackfillChunk: string;
  readonly compareBackfill: string;
  readonly writeBackfillBucket: string;
  readonly rebuildBackfillWindows: string;
  readonly sealBackfill: string;
  readonly endBackfill: string;
  readonly workGroup: string;
  readonly fileConcurrency: number;
  readonly bucketConcurrency: number;
}

/** How often the query is tried, each time into a prefix of its own: a failed UNLOAD leaves files behind. */
const QUERY_ATTEMPTS = 3;
/** Chunks of one file that are read at a time. */
const CHUNKS_A_FILE = 4;
/** Between two looks at the machine that makes windows again. */
const PATIENCE_SECONDS = 5;

const groupState = { 'id.$': '$.id', 'startedAt.$': '$.startedAt', 'group.$': '$.group' };
const groupFailed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Group failed' }];

/** One file: cut it, read its chunks. */
const readFile = (names: BackfillNames) => ({
  'Cut file': {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: names.cutBackfillFile, 'Payload.$': '$' },
    ResultSelector: { 'chunks.$': '$.Payload.chunks' },
    ResultPath: '$.cut',
    Retry: transientFaults,
    Next: 'Chunks',
  },
  Chunks: {
    Type: 'Map',
    ItemsPath: '$.cut.chunks',
    ItemSelector: { ...groupState, 'file.$': '$.file', 'index.$': '$$.Map.Item.Value.index' },
    MaxConcurrency: CHUNKS_A_FILE,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'Read chunk',
      States: { 'Read chunk': invoke(names.readBackfillChunk) },
    },
    ResultPath: null,
    OutputPath: '$.file.index',
    End: true,
  },
});

/** One group: its files, or its windows; the comparison; what is to be written; the receipt, or why there is none. */
export const backfillGroup = (names: BackfillNames) => ({
  'Anything to do?': {
    Type: 'Choice',
    Choices: [
      { Variable: '$.outcome', StringEquals: 'planned', Next: 'Files' },
      { Variable: '$.outcome', StringEquals: 'empty', Next: 'Compare' },
      { Variable: '$.outcome', StringEquals: 'windows', Next: 'Rebuild windows' },
    ],
    Default: 'Sealed before',
  },
  'Rebuild windows': { ...call(names.rebuildBackfillWindows, '$.windows', 'Group failed'), Next: 'Are the windows there?' },
  'Are the windows there?': {
    Type: 'Choice',
    Choices: [{ Variable: '$.windows.value.outcome', StringEquals: 'rebuilt', Next: 'Windows rebuilt' }],
    Default: 'Have patience',
  },
  'Have patience': { Type: 'Wait', Seconds: PATIENCE_SECONDS, Next: 'Rebuild windows' },
  'Windows rebuilt': { Type: 'Pass', Parameters: { 'receipt.$': '$.windows.value.receipt' }, End: true },
  'Sealed before': { Type: 'Pass', Parameters: { outcome: 'sealed' }, End: true },
  Files: {
    Type: 'Map',
    Label: 'Files',
    ItemReader: itemsOf('$.fileListKey'),
    ItemSelector: { ...groupState, 'file.$': '$$.Map.Item.Value' },
    MaxConcurrency: names.fileConcurrency,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Cut file',
      States: readFile(names),
    },
    ResultPath: null,
    Catch: groupFailed,
    Next: 'Compare',
  },
  Compare: { ...call(names.compareBackfill, '$.compared', 'Group failed'), Next: 'Anything to compare?' },
  'Anything to compare?': {
    Type: 'Choice',
    Choices: [{ Variable: '$.compared.value.outcome', StringEquals: 'query', Next: 'Wait for the history' }],
    Default: 'Seal',
  },
  'Wait for the history': { Type: 'Wait', TimestampPath: '$.compared.value.settledAt', Next: 'Query' },
  Query: {
    Type: 'Task',
    Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
    Parameters: {
      'QueryString.$': '$.compared.value.queryString',
      WorkGroup: names.workGroup,
      ResultConfiguration: { 'OutputLocation.$': '$.compared.value.resultLocation' },
    },
    ResultPath: null,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Try the query again?' }],
    Next: 'Buckets',
  },
  'Try the query again?': {
    Type: 'Choice',
    Choices: [{ Variable: '$.attempt', NumericLessThan: QUERY_ATTEMPTS - 1, Next: 'Next attempt' }],
    Default: 'Group failed',
  },
  'Next attempt': {
    Type: 'Pass',
    Parameters: { ...groupState, 'ledger.$': '$.ledger', 'attempt.$': 'States.MathAdd($.attempt, 1)' },
    Next: 'Compare',
  },
  Buckets: {
    Type: 'Map',
    Label: 'Buckets',
    ItemReader: itemsOf('$.compared.value.bucketListKey'),
    ItemSelector: { ...groupState, 'attempt.$': '$.attempt', 'index.$': '$$.Map.Item.Value.index' },
    MaxConcurrency: names.bucketConcurrency,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Write bucket',
      States: { 'Write bucket': invoke(names.writeBackfillBucket, [writeFaults, ...transientFaults]) },
    },
    ResultPath: null,
    Catch: groupFailed,
    Next: 'Seal',
  },
  Seal: {
    ...call(names.sealBackfill, '$', 'Group failed'),
    ResultSelector: { 'receipt.$': '$.Payload' },
    End: true,
  },
  'Group failed': {
    Type: 'Pass',
    Parameters: { 'group.$': '$.group', 'failure.$': '$.failure' },
    End: true,
  },
});
