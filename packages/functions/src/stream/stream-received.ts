import { Metrics } from '@aws-lambda-powertools/metrics';
import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { createBatchWriter } from '@tidemark/aws/feature-store-writer';
import { definitions } from '@tidemark/features';
import { createBatchReceiver } from '@tidemark/pipeline';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { runtime } from '../runtime/feature-store.ts';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { logger, task } from '../runtime/task.ts';
import { waiting } from '../runtime/waiting.ts';
import { batchOf } from './kinesis-event.ts';
import { publishCounts } from './publish-counts.ts';

const metrics = new Metrics({ namespace: 'FeatureStore' });
const receive = createBatchReceiver({
  definitions,
  objects,
  catalogue,
  ledger,
  reader: createBatchReader(runtime),
  writer: createBatchWriter(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
  waiting,
});

export const handler = task(async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
  const batch = batchOf(event);
  const { failedFrom, faults, evidence } = await receive(batch);
  if (evidence !== undefined) publishCounts(metrics, await catalogue(), evidence);
  if (failedFrom === undefined) return { batchItemFailures: [] };
  logger.error('the batch comes again', { shardId: batch.shardId, failedFrom, faults });
  return { batchItemFailures: [{ itemIdentifier: failedFrom }] };
});
