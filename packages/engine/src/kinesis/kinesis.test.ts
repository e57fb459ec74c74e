import { createHash } from 'node:crypto';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  ExpiredIteratorException,
  GetRecordsCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  SplitShardCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  SubscribeToShardCommand,
  UpdateShardCountCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profiles } from '../settings.ts';
import { iteratorOf, readTexts, shardIds, startTestKinesis, type TestKinesis } from './kinesis.fixture.ts';

const STREAM = 'departures';
const HOUR_MS = 3_600_000;
const SHARD_0 = 'shardId-000000000000';

let test: TestKinesis;

beforeEach(async () => {
  test = await startTestKinesis();
  await test.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 2 }));
});
afterEach(() => test.close());

const bytes = (text: string) => Buffer.from(text);
const put = async (text: string, key = 'a', changes = {}) =>
  test.client.send(new PutRecordCommand({ StreamName: STREAM, PartitionKey: key, Data: bytes(text), ...changes }));
const hashKey = (key: string) => BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
const described = async () => (await test.client.send(new DescribeStreamCommand({ StreamName: STREAM }))).StreamDescription;
const shards = async () => (await described())?.Shards ?? [];

describe.each(['h2c', 'h1'] as const)('the JS client over %s', (protocol) => {
  it('puts single records and many, large ones among them, and reads them back', async () => {
    const client = test.clientOf(protocol);
    const large = 'x'.repeat(900_000);
    await client.send(new PutRecordCommand({ StreamName: STREAM, PartitionKey: 'a', Data: bytes('first') }));
    const Records = [large, 'ü', ''].map((text) => ({ PartitionKey: 'a', Data: bytes(text) }));
    const answer = await client.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
    expect(answer.FailedRecordCount).toBe(0);
    const shard = answer.Records?.[0]?.ShardId as string;
    expect(await readTexts(client, await iteratorOf(client, STREAM, shard))).toEqual(['first', large, 'ü', '']);
  });

  it('answers many requests at once', async () => {
    const client = test.clientOf(protocol);
    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        client.send(
          new PutRecordsCommand({
            StreamName: STREAM,
            Records: Array.from({ length: 25 }, (_, n) => ({ PartitionKey: 'a', Data: bytes(`${at}:${n}`) })),
          }),
        ),
      ),
    );
    const [shard] = (await shards()).filter(({ HashKeyRange }) => BigInt(HashKeyRange?.EndingHashKey ?? 0) >= hashKey('a'));
    const texts = await readTexts(client, await iteratorOf(client, STREAM, shard?.ShardId as string), 77);
    expect(new Set(texts).size).toBe(1_000);
    for (let at = 0; at < 40; at += 1) {
      const own = texts.filter((text) => text.startsWith(`${at}:`)).map((text) => Number(text.split(':')[1]));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });
});

describe('a stream', () => {
  it('is active at once, with the key space in even parts', async () => {
    await waitUntilStreamExists({ client: test.client, maxWaitTime: 20 }, { StreamName: STREAM });
    expect(await described()).toMatchObject({
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      EncryptionType: 'NONE',
      HasMoreShards: false,
    });
    expect((await shards()).map(({ HashKeyRange }) => HashKeyRange)).toEqual([
      { StartingHashKey: '0', EndingHashKey: String(2n ** 127n - 1n) },
      { StartingHashKey: String(2n ** 127n), EndingHashKey: String(2n ** 128n - 1n) },
    ]);
    const { StreamDescriptionSummary } = await test.client.send(
      new DescribeStreamSummaryCommand({ StreamARN: (await described())?.StreamARN }),
    );
    expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 2, ConsumerCount: 0 });
  });

  it('is listed, page by page', async () => {
    await test.client.send(new CreateStreamCommand({ StreamName: 'arrivals', ShardCount: 1 }));
    const first = await test.client.send(new ListStreamsCommand({ Limit: 1 }));
    expect(first).toMatchObject({ StreamNames: ['arrivals'], HasMoreStreams: true });
    const second = await test.client.send(new ListStreamsCommand({ Limit: 1, NextToken: first.NextToken }));
    expect(second).toMatchObject({ StreamNames: [STREAM], HasMoreStreams: false });
  });

  it('cannot be made twice, and is gone after its deletion', async () => {
    const again = test.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
    await expect(again).rejects.toBeInstanceOf(ResourceInUseException);
    await put('x');
    const iterator = await iteratorOf(test.client, STREAM, SHARD_0);
    await test.client.send(new DeleteStreamCommand({ StreamName: STREAM }));
    await expect(put('y')).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(readTexts(test.client, iterator)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await test.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
    expect(await readTexts(test.client, await iteratorOf(test.client, STREAM, SHARD_0))).toEqual([]);
  });

  it('keeps tags and the name of a key', async () => {
    const { client } = test;
    await client.send(new AddTagsToStreamCommand({ StreamName: STREAM, Tags: { a: '1', b: '2', c: '3' } }));
    await client.send(new RemoveTagsFromStreamCommand({ StreamName: STREAM, TagKeys: ['b'] }));
    await client.send(
      new StartStreamEncryptionCommand({ StreamName: STREAM, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }),
    );
    await test.reopen();
    expect(await test.client.send(new ListTagsForStreamCommand({ StreamName: STREAM, Limit: 1 }))).toMatchObject({
      Tags: [{ Key: 'a', Value: '1' }],
      HasMoreTags: true,
    });
    expect(await described()).toMatchObject({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
    expect(await put('x')).toMatchObject({ EncryptionType: 'KMS' });
    await test.client.send(
      new StopStreamEncryptionCommand({ StreamName: STREAM, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }),
    );
    expect(await described()).toMatchObject({ EncryptionType: 'NONE' });
  });
});

describe('a record', () => {
  it('goes to the shard of its key’s hash, or of the explicit one', async () => {
    for (const key of ['ATL', 'ORD', 'Zürich', '東京', '🛫']) {
      const { ShardId } = await put('x', key);
      expect(ShardId).toBe(hashKey(key) < 2n ** 127n ? SHARD_0 : 'shardId-000000000001');
    }
    const { ShardId } = await put('x', 'ATL', { ExplicitHashKey: String(2n ** 128n - 1n) });
    expect(ShardId).toBe('shardId-000000000001');
  });

  it('has a number of 56 digits and the engine’s time to the millisecond', async () => {
    test.context.clock.advance(123_456_789);
    const beforeMs = Math.floor(test.context.clock.nowMs());
    const { SequenceNumber, ShardId } = await put('x');
    const { Records } = await test.client.send(
      new GetRecordsCommand({ ShardIterator: await iteratorOf(test.client, STREAM, ShardId as string) }),
    );
    expect(Records).toMatchObject([{ SequenceNumber, PartitionKey: 'a' }]);
    expect(SequenceNumber).toMatch(/^\d{56}$/);
    const arrivalMs = Records?.[0]?.ApproximateArrivalTimestamp?.getTime() as number;
    expect(arrivalMs).toBeGreaterThanOrEqual(beforeMs);
    expect(arrivalMs).toBeLessThanOrEqual(test.context.clock.nowMs());
  });

  it.each([
    ['a missing stream', { StreamName: 'absent' }, 'ResourceNotFoundException'],
    ['no stream', { StreamName: undefined }, 'InvalidArgumentException'],
    ['an empty key', { PartitionKey: '' }, 'ValidationException'],
    ['a key of 257 characters', { PartitionKey: 'k'.repeat(257) }, 'ValidationException'],
    ['more than 1 MiB with its key', { Data: Buffer.alloc(1024 * 1024) }, 'ValidationException'],
    ['a hash key beyond 2^128', { ExplicitHashKey: String(2n ** 128n) }, 'InvalidArgumentException'],
    ['a hash key that is no number', { ExplicitHashKey: '0x1' }, 'InvalidArgumentException'],
    ['a StreamId', { StreamId: 'x' }, 'InvalidArgumentException'],
  ])('with %s is refused', async (_, changes, name) => {
    await expect(put('x', 'a', changes)).rejects.toMatchObject({ name });
  });

  it('of 1 MiB less its key is taken', async () => {
    expect((await put('x'.repeat(1024 * 1024 - 1))).ShardId).toBeDefined();
  });

  it.each([
    ['501 records', 501, 1, 'ValidationException'],
    ['no records', 0, 1, 'ValidationException'],
    ['more than 10 MiB', 11, 1024 * 1024 - 1, 'InvalidArgumentException'],
  ])('among %s is refused with them', async (_, count, size, name) => {
    const Records = Array.from({ length: count }, () => ({ PartitionKey: 'a', Data: Buffer.alloc(size) }));
    await expect(test.client.send(new PutRecordsCommand({ StreamName: STREAM, Records }))).rejects.toMatchObject({ name });
  });

  it('can be refused alone for throughput, and come with a timestamp out of order', async () => {
    await test.close();
    let turn = 0;
    const settings = { ...profiles.default, streamThrottleShare: 0.5, streamArrivalJitterMs: 1_000 };
    test = await startTestKinesis({ settings, random: () => (turn++ % 4) / 4 });
    await test.client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
    const Records = Array.from({ length: 8 }, (_, at) => ({ PartitionKey: 'a', Data: bytes(String(at)) }));
    const answer = await test.client.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
    expect(answer.FailedRecordCount).toBe(4);
    expect(answer.Records?.map(({ ErrorCode }) => ErrorCode === undefined)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    const read = await test.client.send(new GetRecordsCommand({ ShardIterator: await iteratorOf(test.client, STREAM, SHARD_0) }));
    expect(read.Records?.map(({ Data }) => Buffer.from(Data as Uint8Array).toString())).toEqual(['2', '3', '6', '7']);
    const times = read.Records?.map(({ ApproximateArrivalTimestamp }) => ApproximateArrivalTimestamp?.getTime() as number) ?? [];
    expect(times).not.toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('an iterator', () => {
  async function fill(): Promise<{ shard: string; numbers: string[]; times: Date[] }> {
    const numbers: string[] = [];
    const times: Date[] = [];
    let shard = '';
    for (const text of ['0', '1', '2', '3']) {
      test.context.clock.advance(10_000);
      times.push(new Date(Math.floor(test.context.clock.nowMs())));
      const { SequenceNumber, ShardId } = await put(text);
      numbers.push(SequenceNumber as string);
      shard = ShardId as string;
    }
    test.context.clock.advance(10_000);
    return { shard, numbers, times };
  }

  it('of each type starts where it should', async () => {
    const { shard, numbers, times } = await fill();
    const read = async (start: Parameters<typeof iteratorOf>[3]) =>
      (await readTexts(test.client, await iteratorOf(test.client, STREAM, shard, start))).join('');
    expect(await read({ ShardIteratorType: 'TRIM_HORIZON' })).toBe('0123');
    expect(await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[2] })).toBe('23');
    expect(await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[2] })).toBe('3');
    expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: times[1] })).toBe('123');
    expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date((times[1] as Date).getTime() - 5_000) })).toBe(
      '123',
    );
    expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) })).toBe('0123');
    const [{ SequenceNumberRange } = {}] = (await shards()).filter(({ ShardId }) => ShardId === shard);
    expect(
      await read({
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: SequenceNumberRange?.StartingSequenceNumber,
      }),
    ).toBe('0123');
    const latest = await iteratorOf(test.client, STREAM, shard, { ShardIteratorType: 'LATEST' });
    await put('4');
    expect(await readTexts(test.client, latest)).toEqual(['4']);
  });

  it('tells how far behind the tip it is', async () => {
    const { shard } = await fill();
    const ShardIterator = await iteratorOf(test.client, STREAM, shard);
    const first = await test.client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    expect(first.MillisBehindLatest).toBeGreaterThanOrEqual(40_000);
    const rest = await test.client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect(rest).toMatchObject({ Records: { length: 3 }, MillisBehindLatest: 0 });
  });

  it('expires after five minutes of the engine’s time', async () => {
    const { shard } = await fill();
    const ShardIterator = await iteratorOf(test.client, STREAM, shard);
    test.context.clock.advance(301_000);
    await expect(test.client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toBeInstanceOf(ExpiredIteratorException);
  });

  it('answers at most 10 MiB', async () => {
    const Data = Buffer.alloc(1024 * 1024 - 1);
    for (let at = 0; at < 12; at += 1)
      await test.client.send(new PutRecordCommand({ StreamName: STREAM, PartitionKey: 'a', Data }));
    const { ShardId } = await put('last');
    const ShardIterator = await iteratorOf(test.client, STREAM, ShardId as string);
    const { Records, NextShardIterator } = await test.client.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records).toHaveLength(10);
    expect((await test.client.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }))).Records).toHaveLength(3);
  });

  it.each([
    ['a shard that is not there', 'shardId-000000000007', { ShardIteratorType: 'LATEST' }, 'ResourceNotFoundException'],
    ['an unknown type', SHARD_0, { ShardIteratorType: 'FIRST' as 'LATEST' }, 'ValidationException'],
    [
      'a number of no shard',
      SHARD_0,
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '7' },
      'InvalidArgumentException',
    ],
    ['no number', SHARD_0, { ShardIteratorType: 'AT_SEQUENCE_NUMBER' }, 'InvalidArgumentException'],
    [
      'a number it does not take',
      SHARD_0,
      { ShardIteratorType: 'LATEST', StartingSequenceNumber: '7' },
      'InvalidArgumentException',
    ],
    ['a future time', SHARD_0, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(4e12) }, 'InvalidArgumentException'],
  ] as const)('for %s is refused', async (_, shard, start, name) => {
    await expect(iteratorOf(test.client, STREAM, shard, start)).rejects.toMatchObject({ name });
  });

  it('that is none is refused', async () => {
    await expect(test.client.send(new GetRecordsCommand({ ShardIterator: 'AAAA' }))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
  });
});

describe('a split and a merge', () => {
  const split = (ShardToSplit: string, NewStartingHashKey: bigint | string) =>
    test.client.send(new SplitShardCommand({ StreamName: STREAM, ShardToSplit, NewStartingHashKey: String(NewStartingHashKey) }));
  const merge = (ShardToMerge: string, AdjacentShardToMerge: string) =>
    test.client.send(new MergeShardsCommand({ StreamName: STREAM, ShardToMerge, AdjacentShardToMerge }));

  it('close the parents, name them, and lead readers to the children', async () => {
    const low = { ExplicitHashKey: '5' };
    const before = await put('before', 'a', low);
    await split(SHARD_0, 2n ** 126n);
    const between = await put('between', 'a', low);
    await merge('shardId-000000000003', 'shardId-000000000002');
    const after = await put('after', 'a', low);
    const numbers = [before, between, after].map(({ SequenceNumber }) => SequenceNumber as string);
    expect(numbers).toEqual(numbers.toSorted());

    const all = await shards();
    expect(
      all.map(({ ShardId, ParentShardId, AdjacentParentShardId }) => [ShardId, ParentShardId, AdjacentParentShardId]),
    ).toEqual([
      [SHARD_0, undefined, undefined],
      ['shardId-000000000001', undefined, undefined],
      ['shardId-000000000002', SHARD_0, undefined],
      ['shardId-000000000003', SHARD_0, undefined],
      ['shardId-000000000004', 'shardId-000000000003', 'shardId-000000000002'],
    ]);
    const ended = all.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber !== undefined);
    expect(ended.map(({ ShardId }) => ShardId)).toEqual([SHARD_0, 'shardId-000000000002', 'shardId-000000000003']);
    expect((ended[0]?.SequenceNumberRange?.EndingSequenceNumber as string) > (before.SequenceNumber as string)).toBe(true);

    const read = await test.client.send(new GetRecordsCommand({ ShardIterator: await iteratorOf(test.client, STREAM, SHARD_0) }));
    expect(read.NextShardIterator).toBeUndefined();
    expect(read.ChildShards).toEqual([
      { ShardId: 'shardId-000000000002', ParentShards: [SHARD_0], HashKeyRange: all[2]?.HashKeyRange },
      { ShardId: 'shardId-000000000003', ParentShards: [SHARD_0], HashKeyRange: all[3]?.HashKeyRange },
    ]);
  });

  it.each([
    ['a split at the shard’s first key', () => split(SHARD_0, 0n), 'InvalidArgumentException'],
    ['a split at the shard’s last key', () => split(SHARD_0, 2n ** 127n - 1n), 'InvalidArgumentException'],
    ['a split at no number', () => split(SHARD_0, 'x'), 'ValidationException'],
    ['a split of no shard', () => split('shardId-000000000009', 5n), 'ResourceNotFoundException'],
    ['a merge of a shard with itself', () => merge(SHARD_0, SHARD_0), 'InvalidArgumentException'],
  ])('refuse %s', async (_, request, name) => {
    await expect(request()).rejects.toMatchObject({ name });
  });

  it('refuse a shard that is closed', async () => {
    await split(SHARD_0, 2n ** 126n);
    await expect(split(SHARD_0, 2n ** 125n)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('are shown by ListShards through its filters and pages', async () => {
    test.context.clock.advance(HOUR_MS);
    const beforeSplit = new Date(test.context.clock.nowMs() - 60_000);
    await split(SHARD_0, 2n ** 126n);
    test.context.clock.advance(60_000);
    const list = async (input: object) =>
      ((await test.client.send(new ListShardsCommand({ StreamName: STREAM, ...input }))).Shards ?? []).map(({ ShardId }) =>
        Number(ShardId?.slice(-2)),
      );
    expect(await list({})).toEqual([0, 1, 2, 3]);
    expect(await list({ ShardFilter: { Type: 'AT_LATEST' } })).toEqual([1, 2, 3]);
    expect(await list({ ShardFilter: { Type: 'AT_TRIM_HORIZON' } })).toEqual([0, 1]);
    expect(await list({ ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: beforeSplit } })).toEqual([0, 1]);
    expect(await list({ ShardFilter: { Type: 'FROM_TIMESTAMP', Timestamp: new Date(test.context.clock.nowMs()) } })).toEqual([
      1, 2, 3,
    ]);
    expect(await list({ ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' } })).toEqual([2, 3]);
    const first = await test.client.send(new ListShardsCommand({ StreamName: STREAM, MaxResults: 3 }));
    const second = await test.client.send(new ListShardsCommand({ NextToken: first.NextToken }));
    expect([first.Shards?.length, second.Shards?.length, second.NextToken]).toEqual([3, 1, undefined]);
    test.context.clock.advance(25 * HOUR_MS);
    expect(await list({})).toEqual([1, 2, 3]);
  });
});

describe('retention', () => {
  it('lets records go in the engine’s time, and a longer one brings none back', async () => {
    const { ShardId } = await put('old');
    test.context.clock.advance(20 * HOUR_MS);
    await put('young');
    const texts = async () => readTexts(test.client, await iteratorOf(test.client, STREAM, ShardId as string));
    expect(await texts()).toEqual(['old', 'young']);
    test.context.clock.advance(4 * HOUR_MS);
    expect(await texts()).toEqual(['young']);
    await test.client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName: STREAM, RetentionPeriodHours: 48 }));
    expect(await texts()).toEqual(['young']);
    test.context.clock.advance(21 * HOUR_MS);
    expect(await texts()).toEqual(['young']);
    await test.client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName: STREAM, RetentionPeriodHours: 24 }));
    expect(await texts()).toEqual([]);
  });

  it('has bounds and directions', async () => {
    const increase = (hours: number) =>
      test.client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName: STREAM, RetentionPeriodHours: hours }));
    for (const hours of [23, 8_761]) await expect(increase(hours)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await increase(48);
    await expect(increase(25)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    const decrease = test.client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName: STREAM, RetentionPeriodHours: 72 }));
    await expect(decrease).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });
});

describe('what the engine does not have', () => {
  it('is refused by name', async () => {
    const update = new UpdateShardCountCommand({ StreamName: STREAM, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' });
    await expect(test.client.send(update)).rejects.toThrow('Kinesis_20131202.UpdateShardCount');
    const subscribe = new SubscribeToShardCommand({
      ConsumerARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures/consumer/c:1',
      ShardId: SHARD_0,
      StartingPosition: { Type: 'LATEST' },
    });
    await expect(test.client.send(subscribe)).rejects.toThrow('Kinesis_20131202.SubscribeToShard');
    const onDemand = new CreateStreamCommand({ StreamName: 'x', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    await expect(test.client.send(onDemand)).rejects.toThrow('ON_DEMAND');
  });
});

describe('a restart', () => {
  it('keeps records, shards and numbers', async () => {
    const { ShardId, SequenceNumber } = await put('before');
    await test.client.send(
      new SplitShardCommand({
        StreamName: STREAM,
        ShardToSplit: 'shardId-000000000001',
        NewStartingHashKey: String(3n * 2n ** 126n),
      }),
    );
    await test.reopen();
    expect(await shardIds(test.client, STREAM)).toHaveLength(4);
    const again = await put('after', 'a', { ExplicitHashKey: ShardId === SHARD_0 ? '1' : String(2n ** 128n - 1n) });
    expect((again.SequenceNumber as string) > (SequenceNumber as string)).toBe(true);
    expect(await readTexts(test.client, await iteratorOf(test.client, STREAM, ShardId as string))).toContain('before');
  });
});
