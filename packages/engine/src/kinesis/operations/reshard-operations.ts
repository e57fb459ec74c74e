import type { MergeShardsInput, SplitShardInput } from '@aws-sdk/client-kinesis';
import { constraint, invalidArgument } from '../errors.ts';
import { parseHashKey } from '../hash-range.ts';
import { type Shard, shardIdOf } from '../shard.ts';
import { isOpen, type Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { requireShard, requireStream } from './stream-of.ts';

/** Answers once the parent's last records are on disk, so that its end is final. */
export async function splitShard(streams: StreamRegistry, input: SplitShardInput): Promise<void> {
  const stream = requireStream(streams, input);
  const shard = requireShard(streams, stream, input.ShardToSplit ?? '');
  const key = parseHashKey(input.NewStartingHashKey ?? '');
  if (key === undefined) throw constraint('newStartingHashKey', 'satisfy regular expression pattern: 0|([1-9]\\d{0,38})');
  requireOpen(streams, stream, shard);
  const { start, end } = shard.range;
  if (key <= start + 1n || key >= end)
    throw invalidArgument(
      `NewStartingHashKey ${key} used in SplitShard() on shard ${shardIdOf(shard.index)} in stream ${stream.name} under account ${streams.context.account} is not both greater than one plus the shard's StartingHashKey ${start} and less than the shard's EndingHashKey ${end}.`,
    );
  streams.reshard(
    stream,
    [shard],
    [
      { start, end: key - 1n },
      { start: key, end },
    ],
  );
  await closeFinally(streams, stream, [shard]);
}

/** @see splitShard */
export async function mergeShards(streams: StreamRegistry, input: MergeShardsInput): Promise<void> {
  const stream = requireStream(streams, input);
  const shard = requireShard(streams, stream, input.ShardToMerge ?? '');
  const adjacent = requireShard(streams, stream, input.AdjacentShardToMerge ?? '');
  requireOpen(streams, stream, shard);
  requireOpen(streams, stream, adjacent);
  const [low, high] = shard.range.start < adjacent.range.start ? [shard, adjacent] : [adjacent, shard];
  if (low.range.end + 1n !== high.range.start)
    throw invalidArgument(
      `Shards ${shardIdOf(shard.index)} and ${shardIdOf(adjacent.index)} in stream ${stream.name} under account ${streams.context.account} are not an adjacent pair of shards eligible for merging`,
    );
  streams.reshard(stream, [shard, adjacent], [{ start: low.range.start, end: high.range.end }]);
  await closeFinally(streams, stream, [shard, adjacent]);
}

async function closeFinally(streams: StreamRegistry, stream: Stream, parents: readonly Shard[]): Promise<void> {
  await Promise.all(parents.map(({ log }) => log.close()));
  // Readers that wait at the end of a parent may go on to its children now.
  streams.changed(stream);
}

function requireOpen({ context }: StreamRegistry, stream: Stream, shard: Shard): void {
  if (isOpen(shard)) return;
  throw invalidArgument(
    `Shard ${shardIdOf(shard.index)} in stream ${stream.name} under account ${context.account} has already been merged or split, and thus is not eligible for merging or splitting.`,
  );
}
