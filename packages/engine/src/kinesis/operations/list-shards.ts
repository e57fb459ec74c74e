import type { ListShardsInput, ListShardsOutput, ShardFilter } from '@aws-sdk/client-kinesis';
import { AwsError } from '../../wire/aws-error.ts';
import { constraint, invalidArgument } from '../errors.ts';
import { type Shard, shardIdOf, shardIndexOf } from '../shard.ts';
import { horizonMs, isOpen, type Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { shardAnswer } from './shard-answer.ts';
import { requireStream } from './stream-of.ts';

const MOST_LISTED = 1_000;
const TOKEN_LIFE_MS = 300_000;

interface Token {
  readonly streamName: string;
  readonly filter: { Type: string; ShardId?: string | undefined; atMs?: number | undefined } | undefined;
  readonly after: string;
  readonly issuedMs: number;
}

export function listShards(streams: StreamRegistry, input: ListShardsInput): ListShardsOutput {
  const nowMs = Math.floor(streams.context.clock.nowMs());
  const limit = Math.min(input.MaxResults ?? MOST_LISTED, MOST_LISTED);
  if (!Number.isInteger(limit) || limit < 1) throw constraint('maxResults', 'have value greater than or equal to 1');
  const token = input.NextToken === undefined ? undefined : readToken(input, nowMs);
  const stream = token ? streams.require(token.streamName) : requireStream(streams, input);
  if (input.StreamCreationTimestamp !== undefined && input.StreamCreationTimestamp.getTime() !== stream.createdMs) {
    throw new AwsError('ResourceNotFoundException', `No stream ${stream.name} was created at StreamCreationTimestamp.`);
  }
  const filter = token ? token.filter : filterOf(input.ShardFilter);
  const matching = afterShard(stream.shards.filter(matches(stream, filter, nowMs)), token?.after ?? input.ExclusiveStartShardId);
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  if (matching.length <= limit || !last) return { Shards: page.map(shardAnswer) };
  const next: Token = { streamName: stream.name, filter, after: shardIdOf(last.index), issuedMs: nowMs };
  return { Shards: page.map(shardAnswer), NextToken: Buffer.from(JSON.stringify(next)).toString('base64url') };
}

export function afterShard(shards: readonly Shard[], shardId: string | undefined): Shard[] {
  if (shardId === undefined) return [...shards];
  const index = shardIndexOf(shardId);
  if (index === undefined) throw constraint('exclusiveStartShardId', 'be the id of a shard');
  return shards.filter((shard) => shard.index > index);
}

function readToken(input: ListShardsInput, nowMs: number): Token {
  for (const member of ['StreamName', 'StreamARN', 'StreamCreationTimestamp', 'ExclusiveStartShardId', 'ShardFilter'] as const) {
    if (input[member] !== undefined) throw invalidArgument(`NextToken and ${member} cannot be given together.`);
  }
  let token: Token;
  try {
    token = JSON.parse(Buffer.from(input.NextToken as string, 'base64url').toString());
  } catch {
    throw invalidArgument('Invalid NextToken.');
  }
  if (typeof token?.streamName !== 'string' || typeof token.after !== 'string') throw invalidArgument('Invalid NextToken.');
  if (!(nowMs - token.issuedMs <= TOKEN_LIFE_MS))
    throw new AwsError('ExpiredNextTokenException', 'NextToken is older than 300 seconds: list again from the start.');
  return token;
}

function filterOf(filter: ShardFilter | undefined): Token['filter'] {
  if (filter === undefined) return undefined;
  const Type = filter.Type ?? '';
  if ((Type === 'AFTER_SHARD_ID') !== (filter.ShardId !== undefined))
    throw invalidArgument('ShardFilter.ShardId goes with the type AFTER_SHARD_ID and no other.');
  if (['AT_TIMESTAMP', 'FROM_TIMESTAMP'].includes(Type) !== (filter.Timestamp !== undefined))
    throw invalidArgument('ShardFilter.Timestamp goes with the types AT_TIMESTAMP and FROM_TIMESTAMP and no other.');
  return { Type, ShardId: filter.ShardId, atMs: filter.Timestamp?.getTime() };
}

function matches(stream: Stream, filter: Token['filter'], nowMs: number): (shard: Shard) => boolean {
  const horizon = horizonMs(stream, nowMs);
  const closedAfter = (atMs: number) => (shard: Shard) => isOpen(shard) || (shard.closedMs as number) >= atMs;
  const openAt = (atMs: number) => (shard: Shard) => shard.epochMs <= atMs && closedAfter(atMs)(shard);
  switch (filter?.Type) {
    case undefined:
    case 'FROM_TRIM_HORIZON':
      return closedAfter(horizon);
    case 'AT_TRIM_HORIZON':
      return openAt(Math.max(horizon, stream.createdMs));
    case 'AT_LATEST':
      return isOpen;
    case 'AFTER_SHARD_ID': {
      const after = shardIndexOf(filter?.ShardId ?? '');
      if (after === undefined) throw constraint('shardFilter.shardId', 'be the id of a shard');
      return (shard) => shard.index > after;
    }
    case 'AT_TIMESTAMP':
      return openAt(filter?.atMs as number);
    case 'FROM_TIMESTAMP':
      return closedAfter(Math.max(filter?.atMs as number, horizon));
    default:
      throw constraint('shardFilter.type', 'be one of the types of a shard filter');
  }
}
