import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

/** How often a group's query is tried, each time into a prefix of its own: a failed UNLOAD leaves files behind. */
const QUERY_ATTEMPTS = 3;

/**
 * `snapshot`: plan → for each group UNLOAD → count and hash each part → publish → clean up, also after a failure.
 *
 * Input: `{ groups?, asOf?, scheduledTime? }`. Output: the manifest, or `{ outcome: "taken", takenBy }` when another execution
 * of the same scheduled time has it. The name of the execution is the snapshot's id.
 */
export function snapshotMachine(names: {
  planSnapshot: string;
  prepareSnapshotQuery: string;
  sealSnapshotPart: string;
  publishSnapshot: string;
  cleanSnapshot: string;
  workGroup: string;
  queryConcurrency: number;
  partConcurrency: number;
}): StateMachine {
  const onFailure = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Clean up after failure' }];
  const call = (functionName: string, resultPath: string, next: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, 'Payload.$': '$' },
    ResultSelector: { 'value.$': '$.Payload' },
    ResultPath: resultPath,
    Retry: transientFaults,
    Catch: onFailure,
    Next: next,
  });
  return {
    Comment: 'The live records of each group at an instant',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'request.$': '$' },
        Next: 'Plan',
      },
      Plan: call(names.planSnapshot, '$.planned', 'Is it ours to take?'),
      'Is it ours to take?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.planned.value.outcome', StringEquals: 'planned', Next: 'Query groups' }],
        Default: 'Taken',
      },
      Taken: { Type: 'Pass', OutputPath: '$.planned.value', End: true },
      'Query groups': {
        Type: 'Map',
        ItemsPath: '$.planned.value.groups',
        ItemSelector: { 'id.$': '$.id', 'group.$': '$$.Map.Item.Value', attempt: 0 },
        MaxConcurrency: names.queryConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Prepare query',
          States: {
            'Prepare query': {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: names.prepareSnapshotQuery, 'Payload.$': '$' },
              ResultSelector: { 'value.$': '$.Payload' },
              ResultPath: '$.prepared',
              Retry: transientFaults,
              Next: 'Query',
            },
            Query: {
              Type: 'Task',
              Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
              Parameters: {
                'QueryString.$': '$.prepared.value.queryString',
                WorkGroup: names.workGroup,
                ResultConfiguration: { 'OutputLocation.$': '$.prepared.value.resultLocation' },
              },
              ResultSelector: { 'id.$': '$.QueryExecution.QueryExecutionId', 'statistics.$': '$.QueryExecution.Statistics' },
              ResultPath: '$.query',
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Try the query again?' }],
              Next: 'Queried',
            },
            'Try the query again?': {
              Type: 'Choice',
              Choices: [{ Variable: '$.attempt', NumericLessThan: QUERY_ATTEMPTS - 1, Next: 'Next attempt' }],
              Default: 'Query failed',
            },
            'Next attempt': {
              Type: 'Pass',
              Parameters: { 'id.$': '$.id', 'group.$': '$.group', 'attempt.$': 'States.MathAdd($.attempt, 1)' },
              Next: 'Prepare query',
            },
            'Query failed': { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
            Queried: {
              Type: 'Pass',
              Parameters: {
                'group.$': '$.group',
                'attempt.$': '$.attempt',
                'queryId.$': '$.query.id',
                'statistics.$': '$.query.statistics',
              },
              End: true,
            },
          },
        },
        ResultPath: '$.queried',
        Catch: onFailure,
        Next: 'Seal parts',
      },
      'Seal parts': {
        Type: 'Map',
        Label: 'Parts',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.planned.value.bucket', 'Key.$': '$.planned.value.partListKey' },
        },
        ItemSelector: {
          'id.$': '$.id',
          'group.$': '$$.Map.Item.Value.group',
          'part.$': '$$.Map.Item.Value.part',
          'queried.$': '$.queried',
        },
        MaxConcurrency: names.partConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Seal part',
          States: {
            'Seal part': {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: names.sealSnapshotPart, 'Payload.$': '$' },
              OutputPath: '$.Payload',
              Retry: transientFaults,
              End: true,
            },
          },
        },
        ResultPath: null,
        Catch: onFailure,
        Next: 'Publish',
      },
      Publish: call(names.publishSnapshot, '$.manifest', 'Clean up'),
      'Clean up': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.cleanSnapshot, 'Payload.$': '$' },
        ResultPath: null,
        OutputPath: '$.manifest.value',
        Retry: transientFaults,
        End: true,
      },
      'Clean up after failure': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.cleanSnapshot, 'Payload.$': '$' },
        ResultPath: null,
        Retry: transientFaults,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Failed' }],
        Next: 'Failed',
      },
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  };
}
