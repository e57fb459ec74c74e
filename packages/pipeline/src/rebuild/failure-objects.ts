/** The invocation records that Lambda leaves in S3 of batches that a function finally failed on, with their payload. */
import { TidemarkError } from '@tidemark/domain';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';
import type { StreamBatch } from '../stream/stream-batch.ts';

/** Of any stream, the oldest of each mapping and shard first. Events that were invoked asynchronously lie beside them. */
export async function* listFailures(objects: ObjectStore, ledger: string): AsyncIterable<ListedObject> {
  for await (const object of objects.list(ledger, ledgerKeys.failures())) {
    if (!object.key.startsWith(ledgerKeys.asyncFailures())) yield object;
  }
}

interface InvocationRecord {
  readonly KinesisBatchInfo?: { readonly shardId: string; readonly streamArn: string; readonly batchSize: number };
  /** The event that the function was given, as JSON text. */
  readonly payload?: string;
}

interface KinesisRecord {
  readonly kinesis: {
    readonly sequenceNumber: string;
    readonly partitionKey: string;
    readonly data: string;
    /** Seconds. */
    readonly approximateArrivalTimestamp: number;
  };
}

/** The batch as it was delivered. @throws FAILURE_UNREADABLE naming the object: its records may still be in the stream */
export function parseFailure(key: string, body: Uint8Array): StreamBatch {
  try {
    const { KinesisBatchInfo: batch, payload } = JSON.parse(Buffer.from(body).toString('utf8')) as InvocationRecord;
    const { Records } = JSON.parse(payload ?? '') as { Records: readonly KinesisRecord[] };
    const streamName = /:stream\/([^/]+)$/.exec(batch?.streamArn ?? '')?.[1];
    if (batch === undefined || streamName === undefined || Records.length !== batch.batchSize) throw new Error('incomplete');
    return {
      streamName,
      shardId: batch.shardId,
      records: Records.map(({ kinesis }) => ({
        sequenceNumber: kinesis.sequenceNumber,
        partitionKey: kinesis.partitionKey,
        data: Buffer.from(kinesis.data, 'base64'),
        arrivedMs: Math.round(kinesis.approximateArrivalTimestamp * 1_000),
      })),
    };
  } catch {
    throw new TidemarkError(
      'FAILURE_UNREADABLE',
      `${key} is no invocation record with the payload of a Kinesis batch: look at it and move it away`,
    );
  }
}
