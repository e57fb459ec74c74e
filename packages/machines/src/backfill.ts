import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';
import { writeFaults } from './write-faults.ts';

/** How often the query is tried, each time into a prefix of its own: a failed UNLOAD leaves files behind. */
const QUERY_ATTEMPTS = 3;
/** Chunks of one file that are read at a time. */
const CHUNKS_A_FILE = 4;
/** Between two looks at the machine that makes windows again. */
const PATIENCE_SECONDS = 5;

/**
 * `backfill`: take the leases → for each group: read its files again → compare with the history → write what is absent or
 * changed → seal; → give the leases back, also after a failure.
 *
 * Input: `{ scheduledTime }`, or `{ group, from, to, dryRun }`. Output: the receipts. A group that fails does not stop the others;
 * the execution then ends with the error of the first.
 */
export function backfillMachine(names: {
  beginBackfill: string;
  cutBackfillFile: string;
  readBackfillChunk: string;
  compareBackfill: string;
  writeBackfillBucket: string;
  rebuildBackfillWindows: string;
  sealBackfill: string;
  endBackfill: string;
  workGroup: string;
  fileConcurrency: number;
  bucketConcurrency: number;
}): StateMachine {
  const groupState = { 'id.$': '$.id', 'startedAt.$': '$.startedAt', 'group.$': '$.group' };
  const call = (functionName: string, resultPath: string, failed: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, 'Payload.$': '$' },
    ResultSelector: { 'value.$': '$.Payload' },
    ResultPath: resultPath,
    Retry: transientFaults,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: failed }],
  });
  const invoke = (functionName: string, retry: readonly unknown[] = transientFaults) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, 'Payload.$': '$' },
    OutputPath: '$.Payload',
    Retry: retry,
    End: true,
  });
  const itemsOf = (keyPath: string) => ({
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON' },
    Parameters: { 'Bucket.$': '$.ledger', 'Key.$': keyPath },
  });
  const groupFailed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Group failed' }];

  const readFile = {
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
  };

  const backfillGroup = {
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
        States: readFile,
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
  };

  return {
    Comment: 'Raw files through the definition of today again: what the history lacks is written',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'request.$': '$' },
        Next: 'Take leases',
      },
      'Take leases': { ...call(names.beginBackfill, '$.begun', 'End after failure'), Next: 'Groups' },
      Groups: {
        Type: 'Map',
        ItemsPath: '$.begun.value.groups',
        ItemSelector: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'ledger.$': '$.begun.value.ledger',
          'group.$': '$$.Map.Item.Value.group',
          'outcome.$': '$$.Map.Item.Value.outcome',
          'fileListKey.$': '$$.Map.Item.Value.fileListKey',
          attempt: 0,
        },
        // One after the other: they share the rate at which the account may write.
        MaxConcurrency: 1,
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Anything to do?', States: backfillGroup },
        ResultPath: '$.ended',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'End after failure' }],
        Next: 'End',
      },
      End: { ...call(names.endBackfill, '$.result', 'Failed'), Next: 'Did a group fail?' },
      'Did a group fail?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.result.value.failures[0]', IsPresent: true, Next: 'Ended with a failure' }],
        Default: 'Done',
      },
      'Ended with a failure': {
        Type: 'Fail',
        ErrorPath: '$.result.value.failures[0].failure.Error',
        CausePath: '$.result.value.failures[0].failure.Cause',
      },
      Done: { Type: 'Pass', OutputPath: '$.result.value', End: true },
      'End after failure': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.endBackfill, 'Payload.$': '$' },
        ResultPath: null,
        Retry: transientFaults,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Failed' }],
        Next: 'Failed',
      },
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  };
}
