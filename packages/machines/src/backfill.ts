import { type BackfillNames, backfillGroup } from './backfill-group.ts';
import type { StateMachine } from './states-language.ts';
import { call, evenSo, failed, onFailure, run } from './tasks.ts';

/**
 * `backfill`: take the leases → for each group: read its files again → compare with the history → write what is absent or
 * changed → seal; → give the leases back, also after a failure.
 *
 * Input: `{ scheduledTime }`, or `{ group, from, to, dryRun }`. Output: the receipts. A group that fails does not stop the others;
 * the execution then ends with the error of the first.
 */
export function backfillMachine(names: BackfillNames): StateMachine {
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
      'Take leases': { ...call(names.beginBackfill, '$.begun'), Catch: onFailure('End after failure'), Next: 'Groups' },
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
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Anything to do?', States: backfillGroup(names) },
        ResultPath: '$.ended',
        Catch: onFailure('End after failure'),
        Next: 'End',
      },
      End: { ...call(names.endBackfill, '$.result'), Catch: onFailure('Failed'), Next: 'Did a group fail?' },
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
      'End after failure': { ...run(names.endBackfill), Catch: evenSo('Failed'), Next: 'Failed' },
      Failed: failed,
    },
  };
}
