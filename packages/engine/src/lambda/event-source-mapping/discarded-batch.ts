import { randomUUID } from 'node:crypto';
import type { EngineContext } from '../../engine-context.ts';
import type { Buckets, StreamRecord } from '../../ports.ts';
import { destinationOf, functionArn } from '../function-spec.ts';
import { type EventSource, kinesisEvent } from './kinesis-event.ts';
import type { MappingRow } from './mapping-table.ts';

export interface DiscardedBatch {
  readonly records: readonly StreamRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** 0 when the function never saw it. */
  readonly invocations: number;
  /** How the last invocation ended; undefined when it answered with item failures. */
  readonly functionError: string | undefined;
}

/**
 * Puts the invocation record of a batch that is given up, in Lambda's form for stream sources, at
 * `<prefix>aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`. `payload` is the event as JSON text.
 */
export async function putDiscardedBatch(
  context: EngineContext,
  buckets: Buckets,
  { uuid, spec }: MappingRow,
  source: EventSource,
  batch: DiscardedBatch,
): Promise<void> {
  const destination = destinationOf(spec);
  if (!destination) return;
  const now = new Date(context.clock.nowMs()).toISOString();
  const [date = '', time = ''] = now.slice(0, 19).split('T');
  const key = `${destination.prefix}aws/lambda/${uuid}/${source.shardId}/${date.replaceAll('-', '/')}/${date}T${time.replaceAll(':', '.')}-${randomUUID()}`;
  const [first, last] = [batch.records[0] as StreamRecord, batch.records.at(-1) as StreamRecord];
  const record = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: functionArn(context, spec.functionName),
      condition: batch.condition,
      approximateInvokeCount: batch.invocations,
    },
    ...(batch.invocations === 0
      ? {}
      : { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: batch.functionError } }),
    version: '1.0',
    timestamp: now,
    KinesisBatchInfo: {
      shardId: source.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.arrivalMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrivalMs).toISOString(),
      batchSize: batch.records.length,
      streamArn: source.streamArn,
    },
    payload: JSON.stringify(kinesisEvent(context, source, batch.records)),
  };
  await buckets.put(destination.bucket, key, Buffer.from(JSON.stringify(record)));
}
