import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';

/**
 * `restore`: plan → distributed Map of parts, each written online and read back → seal.
 *
 * Input: `{ snapshot, groups?, into?, exact? }`. Output: the receipt.
 */
export function restoreMachine(names: {
  planRestore: string;
  restorePart: string;
  sealRestore: string;
  partConcurrency: number;
}): StateMachine {
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
        Next: 'Restore parts',
      },
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
        Next: 'Seal',
      },
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
