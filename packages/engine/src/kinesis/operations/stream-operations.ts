import type {
  CreateStreamInput,
  DeleteStreamInput,
  DescribeStreamInput,
  DescribeStreamOutput,
  DescribeStreamSummaryInput,
  DescribeStreamSummaryOutput,
  ListStreamsInput,
  ListStreamsOutput,
} from '@aws-sdk/client-kinesis';
import { AwsError } from '../../wire/aws-error.ts';
import { constraint, unsupported } from '../errors.ts';
import { openShards, type Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { afterShard } from './list-shards.ts';
import { shardAnswer } from './shard-answer.ts';
import { checkStreamName, requireStream } from './stream-of.ts';
import { checkTags } from './tag-operations.ts';

const MOST_OPEN_SHARDS = 500;
const MAX_RECORD_KIB = 1024;
const MOST_LISTED = 10_000;
const DEFAULT_LISTED = 100;

export function createStream(streams: StreamRegistry, input: CreateStreamInput): void {
  const name = checkStreamName(input.StreamName ?? '');
  if (input.StreamModeDetails?.StreamMode === 'ON_DEMAND')
    throw unsupported('StreamMode ON_DEMAND', 'create the stream with a ShardCount');
  if (input.WarmThroughputMiBps !== undefined) throw unsupported('WarmThroughputMiBps', 'leave it out');
  if (input.RecordDistributionStrategy !== undefined) throw unsupported('RecordDistributionStrategy', 'leave it out');
  if ((input.MaxRecordSizeInKiB ?? MAX_RECORD_KIB) !== MAX_RECORD_KIB)
    throw unsupported('A MaxRecordSizeInKiB other than 1024', 'leave it out');
  const shardCount = input.ShardCount;
  if (shardCount === undefined) throw constraint('shardCount', 'not be null for a provisioned stream');
  if (!Number.isInteger(shardCount) || shardCount < 1) throw constraint('shardCount', 'have value greater than or equal to 1');
  const open = streams.all().reduce((sum, stream) => sum + openShards(stream).length, 0);
  if (open + shardCount > MOST_OPEN_SHARDS)
    throw new AwsError('LimitExceededException', `The engine has at most ${MOST_OPEN_SHARDS} open shards; ${open} are in use.`);
  streams.create(name, shardCount, checkTags(input.Tags ?? {}));
}

export async function deleteStream(streams: StreamRegistry, input: DeleteStreamInput): Promise<void> {
  await streams.remove(requireStream(streams, input));
}

const summaryOf = ({ name, arn, createdMs, retentionHours, encryptionKeyId }: Stream) => ({
  StreamName: name,
  StreamARN: arn,
  StreamStatus: 'ACTIVE' as const,
  StreamModeDetails: { StreamMode: 'PROVISIONED' as const },
  RetentionPeriodHours: retentionHours,
  StreamCreationTimestamp: new Date(createdMs),
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  ...(encryptionKeyId === undefined
    ? { EncryptionType: 'NONE' as const }
    : { EncryptionType: 'KMS' as const, KeyId: encryptionKeyId }),
});

export function describeStream(streams: StreamRegistry, input: DescribeStreamInput): DescribeStreamOutput {
  const stream = requireStream(streams, input);
  const limit = input.Limit ?? DEFAULT_LISTED;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) throw constraint('limit', 'be between 1 and 10000');
  const shards = afterShard(stream.shards, input.ExclusiveStartShardId);
  return {
    StreamDescription: {
      ...summaryOf(stream),
      Shards: shards.slice(0, limit).map(shardAnswer),
      HasMoreShards: shards.length > limit,
    },
  };
}

export function describeStreamSummary(streams: StreamRegistry, input: DescribeStreamSummaryInput): DescribeStreamSummaryOutput {
  const stream = requireStream(streams, input);
  return {
    StreamDescriptionSummary: {
      ...summaryOf(stream),
      OpenShardCount: openShards(stream).length,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: MAX_RECORD_KIB,
    },
  };
}

export function listStreams(streams: StreamRegistry, input: ListStreamsInput): ListStreamsOutput {
  const limit = input.Limit ?? DEFAULT_LISTED;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) throw constraint('limit', 'be between 1 and 10000');
  const after = input.NextToken ?? input.ExclusiveStartStreamName ?? '';
  const found = streams.all().filter(({ name }) => name > after);
  const page = found.slice(0, limit);
  return {
    StreamNames: page.map(({ name }) => name),
    HasMoreStreams: found.length > limit,
    ...(found.length > limit ? { NextToken: page.at(-1)?.name } : {}),
    StreamSummaries: page.map((stream) => {
      const { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp } = summaryOf(stream);
      return { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp };
    }),
  };
}
