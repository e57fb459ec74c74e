import type { StateMachine } from './states-language.ts';
import { call, invoke, onFailure, query } from './tasks.ts';

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
      Plan: { ...call(names.planMonitor, '$.plan'), Next: 'Each group' },
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
            Observe: {
              ...call(names.observeGroup, '$.observed'),
              Catch: onFailure('Group failed'),
              Next: 'Wait for the history',
            },
            'Wait for the history': { Type: 'Wait', SecondsPath: '$.delaySeconds', Next: 'Read the history' },
            'Read the history': {
              ...query('$.observed.value', names.workGroup),
              ResultPath: null,
              Catch: onFailure('Group failed'),
              Next: 'Note the time',
            },
            'Note the time': {
              Type: 'Pass',
              Parameters: { 'at.$': '$$.State.EnteredTime' },
              ResultPath: '$.read',
              Next: 'Compare',
            },
            Compare: { ...invoke(names.compareGroup), Catch: onFailure('Group failed'), End: true },
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
      Publish: { ...invoke(names.publishMonitor), Next: 'Every group compared?' },
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
