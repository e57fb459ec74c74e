import type { StreamBatch } from '@tidemark/pipeline';
import type { KinesisStreamEvent } from 'aws-lambda';

/** What an invocation brings: records of one shard of one stream, in its order. */
export function batchOf({ Records }: KinesisStreamEvent): StreamBatch {
  const first = Records[0];
  return {
    streamName: first?.eventSourceARN.split('/').at(-1) ?? '',
    shardId: first?.eventID.split(':')[0] ?? '',
    records: Records.map(({ kinesis }) => ({
      sequenceNumber: kinesis.sequenceNumber,
      partitionKey: kinesis.partitionKey,
      data: Buffer.from(kinesis.data, 'base64'),
      // Seconds with a fraction, as a double.
      arrivedMs: Math.round(kinesis.approximateArrivalTimestamp * 1_000),
    })),
  };
}
