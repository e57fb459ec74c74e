import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

/** Histories that are behind and queries that fail are tried again so often. */
const ATTEMPTS = 3;
const PATIENCE_SECONDS = 60;

/**
 * `rebuild-windows`: pause the stream → let the history settle → query it → states of each bucket → receipt → resume.
 *
 * Whatever fails, the stream goes on. Input: `{ stream, mode, entitiesKey?, force? }`. Output: the receipt.
 */
export function rebuildWindowsMachine(names: {
  pauseStream: string;
  planRebuild: string;
  rebuildBucket: string;
  sealRebuild: string;
  resumeStream: string;
  workGroup: string;
  bucketConcurrency: number;
}): StateMachine {
  const onFailure = (next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: next }];
  const call = (functionName: string, resultPath: string, failed: string, next: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, 'Payload.$': '$' },
    ResultSelector: { 'value.$': '$.Payload' },
    ResultPath: resultPath,
    Retry: transientFaults,
    Catch: onFailure(failed),
    Next: next,
  });
  // A batch may be with its function for as long as that may take.
  const untilPaused = {
    ErrorEquals: ['STREAM_NOT_PAUSED'],
    IntervalSeconds: 1,
    BackoffRate: 1.5,
    MaxDelaySeconds: 20,
    MaxAttempts: 60,
  };
  return {
    Comment: 'Window states made again from the event history, while their stream stands still',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', attempt: 0, 'request.$': '$' },
        Next: 'Pause',
      },
      Pause: {
        ...call(names.pauseStream, '$.paused', 'Resume after failure', 'Settle'),
        Retry: [untilPaused, ...transientFaults],
      },
      // What was appended last before the pause has reached the offline store then.
      Settle: { Type: 'Wait', TimestampPath: '$.paused.value.settledAt', Next: 'Plan' },
      Plan: call(names.planRebuild, '$.plan', 'Resume after failure', 'Each group'),
      'Each group': {
        Type: 'Map',
        ItemsPath: '$.plan.value.groups',
        ItemSelector: {
          'id.$': '$.id',
          'attempt.$': '$.attempt',
          'request.$': '$.request',
          'pausedAtMs.$': '$.paused.value.pausedAtMs',
          'planned.$': '$$.Map.Item.Value',
        },
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Query',
          States: {
            Query: {
              Type: 'Task',
              Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
              Parameters: {
                'QueryString.$': '$.planned.queryString',
                WorkGroup: names.workGroup,
                ResultConfiguration: { 'OutputLocation.$': '$.planned.resultLocation' },
              },
              ResultPath: null,
              Next: 'Rebuild buckets',
            },
            'Rebuild buckets': {
              Type: 'Map',
              Label: 'Buckets',
              ItemReader: {
                Resource: 'arn:aws:states:::s3:getObject',
                ReaderConfig: { InputType: 'JSON' },
                Parameters: { 'Bucket.$': '$.planned.workBucket', 'Key.$': '$.planned.bucketListKey' },
              },
              ItemSelector: {
                'id.$': '$.id',
                'attempt.$': '$.attempt',
                'request.$': '$.request',
                'pausedAtMs.$': '$.pausedAtMs',
                'group.$': '$.planned.group',
                'index.$': '$$.Map.Item.Value.index',
              },
              MaxConcurrency: names.bucketConcurrency,
              ItemProcessor: {
                ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
                StartAt: 'Rebuild bucket',
                States: {
                  'Rebuild bucket': {
                    Type: 'Task',
                    Resource: 'arn:aws:states:::lambda:invoke',
                    Parameters: { FunctionName: names.rebuildBucket, 'Payload.$': '$' },
                    OutputPath: '$.Payload',
                    Retry: transientFaults,
                    End: true,
                  },
                },
              },
              ResultPath: null,
              End: true,
            },
          },
        },
        ResultPath: null,
        Catch: onFailure('Try again?'),
        Next: 'Seal',
      },
      Seal: call(names.sealRebuild, '$.receipt', 'Try again?', 'Resume'),
      'Try again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.attempt', NumericLessThan: ATTEMPTS - 1, Next: 'Next attempt' }],
        Default: 'Resume after failure',
      },
      'Next attempt': {
        Type: 'Pass',
        Parameters: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'attempt.$': 'States.MathAdd($.attempt, 1)',
          'request.$': '$.request',
          'paused.$': '$.paused',
        },
        Next: 'Have patience',
      },
      'Have patience': { Type: 'Wait', Seconds: PATIENCE_SECONDS, Next: 'Plan' },
      Resume: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.resumeStream, 'Payload.$': '$' },
        ResultPath: null,
        OutputPath: '$.receipt.value',
        Retry: [untilPaused, ...transientFaults],
        End: true,
      },
      'Resume after failure': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.resumeStream, 'Payload.$': '$' },
        ResultPath: null,
        Retry: [untilPaused, ...transientFaults],
        Next: 'Failed',
      },
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  };
}
