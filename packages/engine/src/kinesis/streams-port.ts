import type { StreamRecord, Streams } from '../ports.ts';
import { parseSequenceNumber } from './sequence-number.ts';
import { type Shard, sequenceNumberOf, shardIdOf, shardIndexOf } from './shard.ts';
import { isOpen, oldestOrdinal, readShard, retentionMsOf, type Stream } from './stream.ts';
import type { StreamRegistry } from './stream-registry.ts';

/** Kinesis for the engine's other services: the same streams, without HTTP, iterators and their expiry. */
export function createStreamsPort(streams: StreamRegistry): Streams {
  const nowMs = () => Math.floor(streams.context.clock.nowMs());
  const shardOf = (streamName: string, shardId: string): { stream: Stream; shard: Shard } | undefined => {
    const stream = streams.find(streamName);
    const index = shardIndexOf(shardId);
    const shard = stream?.shards.find((candidate) => candidate.index === index);
    return stream && shard ? { stream, shard } : undefined;
  };

  return {
    find(streamName) {
      const stream = streams.find(streamName);
      if (!stream) return undefined;
      return {
        id: stream.id,
        arn: stream.arn,
        retentionMs: retentionMsOf(stream),
        shards: stream.shards.map((shard) => ({
          shardId: shardIdOf(shard.index),
          parentShardIds: shard.parents.map(shardIdOf),
          isOpen: isOpen(shard),
        })),
      };
    },
    position(streamName, shardId, from) {
      const found = shardOf(streamName, shardId);
      if (!found) return undefined;
      const { stream, shard } = found;
      if (from === 'LATEST') return sequenceNumberOf(shard, shard.log.end());
      const oldest = oldestOrdinal(stream, shard, nowMs());
      const ordinal = from === 'TRIM_HORIZON' ? oldest : Math.max(shard.log.ordinalAt(from.atMs), oldest);
      return sequenceNumberOf(shard, ordinal);
    },
    read(streamName, shardId, from, limits) {
      const found = shardOf(streamName, shardId);
      if (!found) return undefined;
      const { stream, shard } = found;
      const ordinal = parseSequenceNumber(from)?.ordinal ?? 0;
      const page = readShard(stream, shard, ordinal, { ...limits, nowMs: nowMs() });
      return {
        records: page.records.map(
          ({ ordinal: at, partitionKey, data, arrivalMs, storedMs }): StreamRecord => ({
            sequenceNumber: sequenceNumberOf(shard, at),
            partitionKey,
            data,
            arrivalMs,
            storedMs,
          }),
        ),
        next: sequenceNumberOf(shard, page.next),
        isAtEnd: page.isAtEnd,
      };
    },
    onChange: streams.onChange,
  };
}
