import { call, forEach, invoke, lambda, onFailure, query, tryQueryAgain } from './tasks.ts';
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

/** Chunks of one file that are read at a time. */
const CHUNKS_A_FILE = 4;
/** Between two looks at the machine that makes windows again. */
const PATIENCE_SECONDS = 5;

const groupState = { 'id.$': '$.id', 'startedAt.$': '$.startedAt', 'group.$': '$.group' };
const groupFailed = onFailure('Group failed');

/** One file: cut it, read its chunks. */
const readFile = (names: BackfillNames) => ({
  'Cut file': {
    ...lambda(names.cutBackfillFile),
    ResultSelector: { 'chunks.$': '$.Payload.chunks' },
    ResultPath: '$.cut',
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
      States: { 'Read chunk': { ...invoke(names.readBackfillChunk), End: true } },
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
  'Rebuild windows': {
    ...call(names.rebuildBackfillWindows, '$.windows'),
    Catch: groupFailed,
    Next: 'Are the windows there?',
  },
  'Are the windows there?': {
    Type: 'Choice',
    Choices: [{ Variable: '$.windows.value.outcome', StringEquals: 'rebuilt', Next: 'Windows rebuilt' }],
    Default: 'Have patience',
  },
  'Have patience': { Type: 'Wait', Seconds: PATIENCE_SECONDS, Next: 'Rebuild windows' },
  'Windows rebuilt': { Type: 'Pass', Parameters: { 'receipt.$': '$.windows.value.receipt' }, End: true },
  'Sealed before': { Type: 'Pass', Parameters: { outcome: 'sealed' }, End: true },
  Files: {
    ...forEach({
      label: 'Files',
      bucketPath: '$.ledger',
      keyPath: '$.fileListKey',
      item: { ...groupState, 'file.$': '$$.Map.Item.Value' },
      concurrency: names.fileConcurrency,
      startAt: 'Cut file',
      states: readFile(names),
    }),
    Catch: groupFailed,
    Next: 'Compare',
  },
  Compare: { ...call(names.compareBackfill, '$.compared'), Catch: groupFailed, Next: 'Anything to compare?' },
  'Anything to compare?': {
    Type: 'Choice',
    Choices: [{ Variable: '$.compared.value.outcome', StringEquals: 'query', Next: 'Wait for the history' }],
    Default: 'Seal',
  },
  'Wait for the history': { Type: 'Wait', TimestampPath: '$.compared.value.settledAt', Next: 'Query' },
  Query: {
    ...query('$.compared.value', names.workGroup),
    ResultPath: null,
    Catch: onFailure('Try the query again?'),
    Next: 'Buckets',
  },
  'Try the query again?': tryQueryAgain('Group failed'),
  'Next attempt': {
    Type: 'Pass',
    Parameters: { ...groupState, 'ledger.$': '$.ledger', 'attempt.$': 'States.MathAdd($.attempt, 1)' },
    Next: 'Compare',
  },
  Buckets: {
    ...forEach({
      label: 'Buckets',
      bucketPath: '$.ledger',
      keyPath: '$.compared.value.bucketListKey',
      item: { ...groupState, 'attempt.$': '$.attempt', 'index.$': '$$.Map.Item.Value.index' },
      concurrency: names.bucketConcurrency,
      startAt: 'Write bucket',
      states: { 'Write bucket': { ...invoke(names.writeBackfillBucket, [writeFaults, ...transientFaults]), End: true } },
    }),
    Catch: groupFailed,
    Next: 'Seal',
  },
  Seal: {
    ...lambda(names.sealBackfill),
    ResultPath: '$',
    Catch: groupFailed,
    ResultSelector: { 'receipt.$': '$.Payload' },
    End: true,
  },
  'Group failed': {
    Type: 'Pass',
    Parameters: { 'group.$': '$.group', 'failure.$': '$.failure' },
    End: true,
  },
});
