import type { StateMachine } from './states-language.ts';
import { forEach, invoke } from './tasks.ts';
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
      Plan: { ...invoke(names.planIngest), Next: 'Is there anything to write?' },
      'Is there anything to write?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.outcome', StringEquals: 'planned', Next: 'Ingest chunks' }],
        Default: 'Seal',
      },
      'Ingest chunks': {
        ...forEach({
          label: 'Chunks',
          bucketPath: '$.ledger',
          keyPath: '$.chunkListKey',
          item: { 'planKey.$': '$.planKey', 'index.$': '$$.Map.Item.Value.index' },
          concurrency: names.chunkConcurrency,
          startAt: 'Ingest chunk',
          states: { 'Ingest chunk': { ...invoke(names.ingestChunk, [writeFaults, ...transientFaults]), End: true } },
        }),
        Next: 'Seal',
      },
      Seal: { ...invoke(names.sealIngest), End: true },
    },
  };
}
