import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import type { StreamShard, StreamTips } from '@tidemark/pipeline';
import { calling, isServiceError } from './translate-error.ts';

export function createStreamTips(kinesis: KinesisClient): StreamTips {
  const iteratorOf = async (StreamName: string, ShardId: string, after: string | undefined) => {
    const oldest = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    if (after === undefined) return kinesis.send(new GetShardIteratorCommand(oldest));
    try {
      return await kinesis.send(
        new GetShardIteratorCommand({ ...oldest, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
      );
    } catch (error) {
      // What was consumed last has been trimmed.
      if (!isServiceError(error, 'InvalidArgumentException')) throw error;
      return kinesis.send(new GetShardIteratorCommand(oldest));
    }
  };
  return {
    async shards(streamName) {
      const shards: StreamShard[] = [];
      let NextToken: string | undefined;
      do {
        const from = NextToken === undefined ? { StreamName: streamName } : { NextToken };
        const page = await calling('ListShards', () => kinesis.send(new ListShardsCommand(from)));
        for (const { ShardId = '', SequenceNumberRange } of page.Shards ?? [])
          shards.push({ shardId: ShardId, isOpen: SequenceNumberRange?.EndingSequenceNumber === undefined });
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return shards;
    },
    behindMs: (streamName, shardId, after) =>
      calling('GetRecords', async () => {
        const { ShardIterator } = await iteratorOf(streamName, shardId, after);
        const page = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
        const first = page.Records?.[0]?.ApproximateArrivalTimestamp;
        // The age of what waits, where something does: the answer's own distance is that of its last record.
        return first === undefined ? 0 : Math.max(page.MillisBehindLatest ?? 0, Date.now() - first.getTime(), 0);
      }),
  };
}
