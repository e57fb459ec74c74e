import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

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
  const windows = (next: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: names.restoreWindows, 'Payload.$': '$' },
    ResultSelector: { 'value.$': '$.Payload' },
    ResultPath: '$.windows',
    Retry: transientFaults,
    Next: next,
  });
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
      Plan: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.planRestore, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        Retry: transientFaults,
        Next: 'Begin windows',
      },
      'Begin windows': windows('Restore parts'),
      'Restore parts': {
        Type: 'Map',
        Label: 'Parts',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.ledger', 'Key.$': '$.partListKey' },
        },
        ItemSelector: { 'planKey.$': '$.planKey', 'index.$': '$$.Map.Item.Value.index' },
        MaxConcurrency: names.partConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Restore part',
          States: {
            'Restore part': {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: {
                FunctionName: names.restorePart,
                Payload: { 'planKey.$': '$.planKey', 'index.$': '$.index', 'enteredAt.$': '$$.State.EnteredTime' },
              },
              OutputPath: '$.Payload',
              // A group that was created or extended just now: the data plane's cache takes up to five minutes.
              Retry: [
                {
                  ErrorEquals: ['INGEST_WRITE_FAILED'],
                  IntervalSeconds: 20,
                  BackoffRate: 2,
                  MaxDelaySeconds: 240,
                  MaxAttempts: 6,
                },
                ...transientFaults,
              ],
              End: true,
            },
          },
        },
        ResultPath: null,
        Next: 'Look after windows',
      },
      'Look after windows': windows('Are the windows made?'),
      'Are the windows made?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.windows.value.running', BooleanEquals: true, Next: 'Have patience' }],
        Default: 'Seal',
      },
      'Have patience': { Type: 'Wait', Seconds: LOOK_AFTER_SECONDS, Next: 'Look after windows' },
      Seal: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.sealRestore, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        Retry: transientFaults,
        End: true,
      },
    },
  };
}
