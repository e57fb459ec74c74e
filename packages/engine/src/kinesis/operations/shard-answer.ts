import type { ChildShard, Shard as ShardAnswer } from '@aws-sdk/client-kinesis';
import type { HashRange } from '../hash-range.ts';
import { type Shard, sequenceNumberOf, shardIdOf } from '../shard.ts';
import { isOpen, type Stream } from '../stream.ts';

const rangeAnswer = ({ start, end }: HashRange) => ({ StartingHashKey: String(start), EndingHashKey: String(end) });

export function shardAnswer(shard: Shard): ShardAnswer {
  const [parent, adjacentParent] = shard.parents;
  return {
    ShardId: shardIdOf(shard.index),
    ...(parent === undefined ? {} : { ParentShardId: shardIdOf(parent) }),
    ...(adjacentParent === undefined ? {} : { AdjacentParentShardId: shardIdOf(adjacentParent) }),
    HashKeyRange: rangeAnswer(shard.range),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumberOf(shard, 0),
      ...(isOpen(shard) ? {} : { EndingSequenceNumber: sequenceNumberOf(shard, shard.log.end()) }),
    },
  };
}

export const childShards = (stream: Stream, parent: Shard): ChildShard[] =>
  stream.shards
    .filter(({ parents }) => parents.includes(parent.index))
    .map((child) => ({
      ShardId: shardIdOf(child.index),
      ParentShards: child.parents.map(shardIdOf),
      HashKeyRange: rangeAnswer(child.range),
    }));
