import type { GetRecordsInput, GetRecordsOutput, GetShardIteratorInput, GetShardIteratorOutput } from '@aws-sdk/client-kinesis';
import { constraint, invalidArgument, notFound } from '../errors.ts';
import { parseSequenceNumber } from '../sequence-number.ts';
import { type Shard, sequenceNumberOf } from '../shard.ts';
import { parseIterator, printIterator } from '../shard-iterator.ts';
import { oldestOrdinal, readShard, type Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { childShards } from './shard-answer.ts';
import { requireShard, requireStream, streamNameOf } from './stream-of.ts';

const MOST_RECORDS = 10_000;
const MOST_BYTES = 10 * 1024 * 1024;

export function getShardIterator(streams: StreamRegistry, input: GetShardIteratorInput): GetShardIteratorOutput {
  const stream = requireStream(streams, input);
  const shard = requireShard(streams, stream, input.ShardId ?? '');
  const ordinal = startingOrdinal(streams, stream, shard, input);
  const position = { streamId: stream.id, shardIndex: shard.index, ordinal };
  return { ShardIterator: printIterator(position, streams.context.clock) };
}

function startingOrdinal(streams: StreamRegistry, stream: Stream, shard: Shard, input: GetShardIteratorInput): number {
  const nowMs = Math.floor(streams.context.clock.nowMs());
  const type = input.ShardIteratorType;
  const needsNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (needsNumber !== (input.StartingSequenceNumber !== undefined))
    throw invalidArgument('StartingSequenceNumber goes with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER and no other type.');
  if ((type === 'AT_TIMESTAMP') !== (input.Timestamp !== undefined))
    throw invalidArgument('Timestamp goes with the type AT_TIMESTAMP and no other.');
  switch (type) {
    case 'TRIM_HORIZON':
      return oldestOrdinal(stream, shard, nowMs);
    case 'LATEST':
      return shard.log.end();
    case 'AT_TIMESTAMP': {
      const atMs = (input.Timestamp as Date).getTime();
      if (atMs > nowMs) throw invalidArgument('Timestamp must not be later than now.');
      return Math.max(shard.log.ordinalAt(atMs), oldestOrdinal(stream, shard, nowMs));
    }
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const position = parseSequenceNumber(input.StartingSequenceNumber as string);
      if (!position || position.shardIndex !== shard.index || position.shardEpochMs !== shard.epochMs)
        throw invalidArgument(
          `StartingSequenceNumber is not a sequence number of this shard: its numbers start at ${sequenceNumberOf(shard, 0)}.`,
        );
      return type === 'AT_SEQUENCE_NUMBER' ? Math.max(position.ordinal, 1) : position.ordinal + 1;
    }
    default:
      throw constraint(
        'shardIteratorType',
        'satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]',
      );
  }
}

export function getRecords(streams: StreamRegistry, input: GetRecordsInput): GetRecordsOutput {
  const { clock, account } = streams.context;
  const limit = input.Limit ?? MOST_RECORDS;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RECORDS) throw constraint('limit', 'be between 1 and 10000');
  const position = parseIterator(input.ShardIterator ?? '', clock);
  const named = streamNameOf(input);
  const stream = streams.all().find(({ id }) => id === position.streamId);
  if (!stream) throw notFound(`The stream of this iterator does not exist any more under account ${account}.`);
  if (named !== undefined && named !== stream.name) throw invalidArgument('The iterator is of another stream.');
  const shard = stream.shards.find(({ index }) => index === position.shardIndex);
  if (!shard) return { Records: [], MillisBehindLatest: 0 };

  const nowMs = Math.floor(clock.nowMs());
  const page = readShard(stream, shard, position.ordinal, { records: limit, bytes: MOST_BYTES, nowMs });
  const encryption = stream.encryptionKeyId === undefined ? {} : { EncryptionType: 'KMS' as const };
  return {
    Records: page.records.map(({ ordinal, partitionKey, arrivalMs, data }) => ({
      SequenceNumber: sequenceNumberOf(shard, ordinal),
      ApproximateArrivalTimestamp: new Date(arrivalMs),
      Data: data,
      PartitionKey: partitionKey,
      ...encryption,
    })),
    MillisBehindLatest: page.behindMs,
    ...(page.isAtEnd
      ? { ChildShards: childShards(stream, shard) }
      : { NextShardIterator: printIterator({ ...position, ordinal: page.next }, clock) }),
  };
}
