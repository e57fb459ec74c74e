import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

/** How often the query is tried, each time into a prefix of its own: a failed UNLOAD leaves files behind. */
const QUERY_ATTEMPTS = 3;

/**
 * `build-dataset`: prepare → UNLOAD → finish each range → verify → publish → clean up, also after a failure.
 *
 * Input: the request of the data set. Output: its manifest. The name of the execution is the data set's id.
 */
export function buildDatasetMachine(names: {
  prepareDataset: string;
  finishDataset: string;
  verifyDataset: string;
  publishDataset: string;
  cleanDataset: string;
  workGroup: string;
  rangeConcurrency: number;
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
    Comment: 'A training set that cannot see the future',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', attempt: 0, 'request.$': '$' },
        Next: 'Prepare',
      },
      Prepare: call(names.prepareDataset, '$.prepared', 'Query'),
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
        Next: 'Finish ranges',
      },
      'Try the query again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.attempt', NumericLessThan: QUERY_ATTEMPTS - 1, Next: 'Next attempt' }],
        Default: 'Clean up after failure',
      },
      'Next attempt': {
        Type: 'Pass',
        Parameters: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'attempt.$': 'States.MathAdd($.attempt, 1)',
          'request.$': '$.request',
        },
        Next: 'Prepare',
      },
      'Finish ranges': {
        Type: 'Map',
        Label: 'Ranges',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.prepared.value.ledger', 'Key.$': '$.prepared.value.rangeListKey' },
        },
        ItemSelector: {
          'id.$': '$.id',
          'attempt.$': '$.attempt',
          'index.$': '$$.Map.Item.Value.index',
        },
        MaxConcurrency: names.rangeConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Finish range',
          States: {
            'Finish range': {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: names.finishDataset, 'Payload.$': '$' },
              OutputPath: '$.Payload',
              Retry: transientFaults,
              End: true,
            },
          },
        },
        ResultPath: null,
        Catch: onFailure,
        Next: 'Verify',
      },
      Verify: call(names.verifyDataset, '$.verified', 'Publish'),
      Publish: call(names.publishDataset, '$.manifest', 'Clean up'),
      'Clean up': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.cleanDataset, 'Payload.$': '$' },
        ResultPath: null,
        OutputPath: '$.manifest.value',
        Retry: transientFaults,
        End: true,
      },
      'Clean up after failure': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.cleanDataset, 'Payload.$': '$' },
        ResultPath: null,
        Retry: transientFaults,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Failed' }],
        Next: 'Failed',
      },
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  };
}
