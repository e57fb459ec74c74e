import type { StateMachine } from './states-language.ts';
import { call, forEach, invoke } from './tasks.ts';
import { transientFaults } from './transient-faults.ts';
import { writeFaults } from './write-faults.ts';

/** Making windows again waits for the history to settle, which takes the offline delay. */
const LOOK_AFTER_SECONDS = 5;

/**
 * `restore`: plan → windows begin to be made again from their event history → distributed Map of parts, each written online and
 * read back → wait for the windows → seal.
 *
 * Input: `{ snapshot, groups?, into?, exact? }`. Output: the receipt.
 */
export function restoreMachine(names: {
  planRestore: string;
  restorePart: string;
  restoreWindows: string;
  sealRestore: string;
  partConcurrency: number;
}): StateMachine {
  const windows = (next: string) => ({ ...call(names.restoreWindows, '$.windows'), Next: next });
  return {
    Comment: 'A snapshot back into the online store, every record read back',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'request.$': '$' },
        Next: 'Plan',
      },
      Plan: { ...invoke(names.planRestore), Next: 'Begin windows' },
      'Begin windows': windows('Restore parts'),
      'Restore parts': {
        ...forEach({
          label: 'Parts',
          bucketPath: '$.ledger',
          keyPath: '$.partListKey',
          item: { 'planKey.$': '$.planKey', 'index.$': '$$.Map.Item.Value.index' },
          concurrency: names.partConcurrency,
          startAt: 'Restore part',
          states: {
            'Restore part': {
              ...invoke(names.restorePart, [writeFaults, ...transientFaults]),
              Parameters: {
                FunctionName: names.restorePart,
                Payload: { 'planKey.$': '$.planKey', 'index.$': '$.index', 'enteredAt.$': '$$.State.EnteredTime' },
              },
              End: true,
            },
          },
        }),
        Next: 'Look after windows',
      },
      'Look after windows': windows('Are the windows made?'),
      'Are the windows made?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.windows.value.running', BooleanEquals: true, Next: 'Have patience' }],
        Default: 'Seal',
      },
      'Have patience': { Type: 'Wait', Seconds: LOOK_AFTER_SECONDS, Next: 'Look after windows' },
      Seal: { ...invoke(names.sealRestore), End: true },
    },
  };
}
