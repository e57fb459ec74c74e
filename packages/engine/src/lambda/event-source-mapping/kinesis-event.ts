import type { EngineContext } from '../../engine-context.ts';
import type { StreamRecord } from '../../ports.ts';

export interface EventSource {
  readonly shardId: string;
  readonly streamArn: string;
  readonly functionName: string;
}

/** The event that Lambda gives a function for records of a Kinesis shard. */
export const kinesisEvent = (context: EngineContext, source: EventSource, records: readonly StreamRecord[]) => ({
  Records: records.map((record) => eventRecord(context, source, record)),
});

const eventRecord = (context: EngineContext, { shardId, streamArn, functionName }: EventSource, record: StreamRecord) => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequenceNumber,
    data: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength).toString('base64'),
    approximateArrivalTimestamp: record.arrivalMs / 1000,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${shardId}:${record.sequenceNumber}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: `arn:aws:iam::${context.account}:role/${functionName}`,
  awsRegion: context.region,
  eventSourceARN: streamArn,
});

/** How much a record adds to the event's JSON, in bytes; never less than it does. */
export function eventRecordBytes(context: EngineContext, source: EventSource) {
  const empty = { sequenceNumber: '0'.repeat(56), partitionKey: '', data: Buffer.alloc(0), arrivalMs: 1e13 + 0.001, storedMs: 0 };
  const frame = Buffer.byteLength(JSON.stringify(eventRecord(context, source, empty))) + 1;
  return ({ partitionKey, data }: StreamRecord) =>
    frame + Buffer.byteLength(JSON.stringify(partitionKey)) + Math.ceil(data.length / 3) * 4;
}
