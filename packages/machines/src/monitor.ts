import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

/** Groups that are compared at a time. */
const GROUPS_AT_A_TIME = 10;

/**
 * `monitor`: for each group look at the online store → wait until the history has caught up → read the history → compare;
 * then publish. A group that fails is reported as failed, and the execution fails at its end.
 *
 * Input: the request. Output: where the report is. The name of the execution is the seed of the sample.
 */
export function monitorMachine(names: {
  planMonitor: string;
  observeGroup: string;
  compareGroup: string;
  publishMonitor: string;
  workGroup: string;
}): StateMachine {
  const onFailure = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Group failed' }];
  const call = (functionName: string, next: Record<string, unknown>) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, 'Payload.$': '$' },
    Retry: transientFaults,
    ...next,
  });
  return {
    Comment: 'Holds the online store against the history, and says what differs',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'request.$': '$' },
        Next: 'Plan',
      },
      Plan: call(names.planMonitor, { ResultSelector: { 'value.$': '$.Payload' }, ResultPath: '$.plan', Next: 'Each group' }),
      'Each group': {
        Type: 'Map',
        ItemsPath: '$.plan.value.groups',
        ItemSelector: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'request.$': '$.request',
          'delaySeconds.$': '$.plan.value.offlineDelaySeconds',
          'group.$': '$$.Map.Item.Value',
        },
        MaxConcurrency: GROUPS_AT_A_TIME,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Observe',
          States: {
            Observe: call(names.observeGroup, {
              ResultSelector: { 'value.$': '$.Payload' },
              ResultPath: '$.observed',
              Catch: onFailure,
              Next: 'Wait for the history',
            }),
            'Wait for the history': { Type: 'Wait', SecondsPath: '$.delaySeconds', Next: 'Read the history' },
            'Read the history': {
              Type: 'Task',
              Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
              Parameters: {
                'QueryString.$': '$.observed.value.queryString',
                WorkGroup: names.workGroup,
                ResultConfiguration: { 'OutputLocation.$': '$.observed.value.resultLocation' },
              },
              ResultPath: null,
              Catch: onFailure,
              Next: 'Note the time',
            },
            'Note the time': {
              Type: 'Pass',
              Parameters: { 'at.$': '$$.State.EnteredTime' },
              ResultPath: '$.read',
              Next: 'Compare',
            },
            Compare: call(names.compareGroup, { OutputPath: '$.Payload', Catch: onFailure, End: true }),
            'Group failed': {
              Type: 'Pass',
              Parameters: { 'group.$': '$.group', outcome: 'failed', 'error.$': '$.failure.Error' },
              End: true,
            },
          },
        },
        ResultPath: '$.groups',
        Next: 'Publish',
      },
      Publish: call(names.publishMonitor, { OutputPath: '$.Payload', Next: 'Every group compared?' }),
      'Every group compared?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.failed', NumericGreaterThan: 0, Next: 'Some failed' }],
        Default: 'Done',
      },
      'Some failed': { Type: 'Fail', Error: 'MONITOR_INCOMPLETE', CausePath: '$.reportKey' },
      Done: { Type: 'Succeed' },
    },
  };
}
