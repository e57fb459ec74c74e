import type { LogRecord } from './log/frame.ts';
import { type Shard, sequenceNumberOf } from './shard.ts';
import { type Stream, shardFor } from './stream.ts';
import type { StreamRegistry } from './stream-registry.ts';

export interface NewRecord {
  readonly partitionKey: string;
  readonly explicitHashKey: bigint | undefined;
  readonly data: Uint8Array;
}

export interface PlacedRecord {
  readonly shard: Shard;
  /** Undefined when the record could not be written. */
  readonly sequenceNumber: string | undefined;
}

/** Resolves when every record is on disk or has failed; the same order as the input. */
export async function putRecords(
  streams: StreamRegistry,
  stream: Stream,
  records: readonly NewRecord[],
): Promise<PlacedRecord[]> {
  const { clock, settings, random, log } = streams.context;
  const byShard = new Map<Shard, number[]>();
  records.forEach(({ partitionKey, explicitHashKey }, at) => {
    const shard = shardFor(stream, partitionKey, explicitHashKey);
    const places = byShard.get(shard);
    if (places) places.push(at);
    else byShard.set(shard, [at]);
  });

  const nowMs = Math.floor(clock.nowMs());
  const placed = new Array<PlacedRecord>(records.length);
  const write = async (shard: Shard, places: readonly number[]) => {
    // The machine's clock may step back; the order of the log may not.
    const storedMs = Math.max(nowMs, shard.log.lastStoredMs());
    const jitter = () => (settings.streamArrivalJitterMs > 0 ? Math.floor(random() * settings.streamArrivalJitterMs) : 0);
    const frames = places.map((at): LogRecord => {
      const { partitionKey, data } = records[at] as NewRecord;
      return { storedMs, arrivalMs: storedMs - jitter(), partitionKey, data };
    });
    try {
      const { firstOrdinal } = await shard.log.append(frames);
      places.forEach((at, offset) => {
        placed[at] = { shard, sequenceNumber: sequenceNumberOf(shard, firstOrdinal + offset) };
      });
    } catch (error) {
      log(`kinesis: ${stream.name}: ${places.length} records could not be written: ${(error as Error).message}`);
      for (const at of places) placed[at] = { shard, sequenceNumber: undefined };
    }
  };
  await Promise.all([...byShard].map(([shard, places]) => write(shard, places)));
  streams.changed(stream);
  return placed;
}
