import type { StateMachine } from './states-language.ts';
import { transientFaults } from './transient-faults.ts';
import { writeFaults } from './write-faults.ts';

/**
 * `ingest`: plan → distributed Map of chunks → seal. An unchanged or refused file goes straight to its receipt.
 *
 * Input: `{ bucket, key, versionId, attempt }`. Output: the receipt.
 */
export function ingestMachine(names: {
  planIngest: string;
  ingestChunk: string;
  sealIngest: string;
  chunkConcurrency: number;
}): StateMachine {
  return {
    Comment: 'One file: plan it, ingest its chunks, seal the receipt',
    QueryLanguage: 'JSONPath',
    StartAt: 'Plan',
    States: {
      Plan: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: names.planIngest, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        Retry: transientFaults,
        Next: 'Is there anything to write?',
      },
      'Is there anything to write?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.outcome', StringEquals: 'planned', Next: 'Ingest chunks' }],
        Default: 'Seal',
      },
      'Ingest chunks': {
        Type: 'Map',
        Label: 'Chunks',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.ledger', 'Key.$': '$.chunkListKey' },
        },
        ItemSelector: { 'planKey.$': '$.planKey', 'index.$': '$$.Map.Item.Value.index' },
        MaxConcurrency: names.chunkConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Ingest chunk',
          States: {
            'Ingest chunk': {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: names.ingestChunk, 'Payload.$': '$' },
              OutputPath: '$.Payload',
              Retry: [writeFaults, ...transientFaults],
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
        Parameters: { FunctionName: names.sealIngest, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        Retry: transientFaults,
        End: true,
      },
    },
  };
}
