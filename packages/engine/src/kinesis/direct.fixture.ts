/** Kinesis without the wire, for laws that make many streams. */
import type {
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsOutput,
  PutRecordsOutput,
} from '@aws-sdk/client-kinesis';
import type { Operation } from '../wire/service.ts';
import type { Kinesis } from './kinesis.ts';

export async function call<Output>(kinesis: Kinesis, name: string, input: object): Promise<Output> {
  const operation = kinesis.service.operations[name] as Operation | undefined;
  return (await operation?.handle(input, { requestId: '', region: 'us-east-1', accessKeyId: undefined })) as Output;
}

export const makeStream = (kinesis: Kinesis, StreamName: string, ShardCount: number) =>
  call<void>(kinesis, 'CreateStream', { StreamName, ShardCount });

export interface PlacedText {
  readonly text: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** `hash` is a fraction of the key space. */
export async function putTexts(
  kinesis: Kinesis,
  StreamName: string,
  texts: readonly { readonly text: string; readonly hash?: number }[],
): Promise<PlacedText[]> {
  const Records = texts.map(({ text, hash }) => ({
    PartitionKey: 'key',
    Data: Buffer.from(text),
    ...(hash === undefined ? {} : { ExplicitHashKey: String(keyAt(0n, 2n ** 128n - 1n, hash)) }),
  }));
  const answer = await call<PutRecordsOutput>(kinesis, 'PutRecords', { StreamName, Records });
  return (answer.Records ?? []).map(({ ShardId, SequenceNumber }, at) => ({
    text: texts[at]?.text as string,
    shardId: ShardId as string,
    sequenceNumber: SequenceNumber as string,
  }));
}

const keyAt = (start: bigint, end: bigint, fraction: number): bigint =>
  start + ((end - start) * BigInt(Math.floor(fraction * 1_000_000))) / 1_000_000n;

export const listed = async (kinesis: Kinesis, StreamName: string) =>
  (await call<ListShardsOutput>(kinesis, 'ListShards', { StreamName })).Shards ?? [];

export const openOnes = async (kinesis: Kinesis, StreamName: string) =>
  (await listed(kinesis, StreamName))
    .filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined)
    .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));

const startOf = (shard: { HashKeyRange: { StartingHashKey: string | undefined } | undefined }) =>
  BigInt(shard.HashKeyRange?.StartingHashKey ?? 0);

/** Splits the open shard at `which` (a fraction of them) at `where` (a fraction of its range). */
export async function splitSome(kinesis: Kinesis, StreamName: string, which: number, where: number): Promise<void> {
  const open = await openOnes(kinesis, StreamName);
  const shard = open[Math.floor(which * open.length)];
  if (!shard) return;
  const [start, end] = [startOf(shard), BigInt(shard.HashKeyRange?.EndingHashKey ?? 0)];
  if (end - start < 4n) return;
  const NewStartingHashKey = String(keyAt(start + 2n, end - 1n, where));
  await call(kinesis, 'SplitShard', { StreamName, ShardToSplit: shard.ShardId, NewStartingHashKey });
}

/** Merges the open shard at `which` with the one after it, when there is one. */
export async function mergeSome(kinesis: Kinesis, StreamName: string, which: number): Promise<void> {
  const open = await openOnes(kinesis, StreamName);
  const at = Math.floor(which * (open.length - 1));
  const [low, high] = [open[at], open[at + 1]];
  if (!low || !high) return;
  await call(kinesis, 'MergeShards', { StreamName, ShardToMerge: high.ShardId, AdjacentShardToMerge: low.ShardId });
}

export async function textsFrom(
  kinesis: Kinesis,
  StreamName: string,
  ShardId: string,
  start: Omit<GetShardIteratorInput, 'ShardId' | 'StreamName'>,
  Limit: number,
): Promise<string[]> {
  const iterator = await call<GetShardIteratorOutput>(kinesis, 'GetShardIterator', { StreamName, ShardId, ...start });
  const texts: string[] = [];
  for (let next = iterator.ShardIterator; next !== undefined; ) {
    const page: GetRecordsOutput = await call<GetRecordsOutput>(kinesis, 'GetRecords', { ShardIterator: next, Limit });
    texts.push(...(page.Records ?? []).map(({ Data }) => Buffer.from(Data as Uint8Array).toString()));
    if (page.Records?.length === 0 && page.MillisBehindLatest === 0) break;
    next = page.NextShardIterator;
  }
  return texts;
}
