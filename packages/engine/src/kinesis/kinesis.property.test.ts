import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { listed, makeStream, mergeSome, type PlacedText, putTexts, splitSome, textsFrom } from './direct.fixture.ts';
import { createKinesis, type Kinesis } from './kinesis.ts';

const STREAM = 'departures';
const START_MS = Date.UTC(2026, 0, 1);

const fraction = fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), hashes: fc.array(fraction, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fraction, where: fraction }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), which: fraction }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

test('whatever is put, split, merged and restarted: every record is once in the shard of its hash, in order, for every iterator', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 14 }), async (shardCount, steps) => {
      using context = createTestContext({ clock: createEngineClock(() => START_MS) });
      let kinesis: Kinesis = createKinesis(context);
      await makeStream(kinesis, STREAM, shardCount);
      const placed: (PlacedText & { hash: number; atMs: number })[] = [];
      for (const action of steps) {
        context.clock.advance(1_000);
        const atMs = context.clock.nowMs();
        if (action.kind === 'put') {
          const texts = action.hashes.map((hash, at) => ({ hash, text: `${placed.length + at}` }));
          const results = await putTexts(kinesis, STREAM, texts);
          placed.push(...results.map((result, at) => ({ ...result, hash: action.hashes[at] as number, atMs })));
        } else if (action.kind === 'split') await splitSome(kinesis, STREAM, action.which, action.where);
        else if (action.kind === 'merge') await mergeSome(kinesis, STREAM, action.which);
        else {
          await kinesis.stop();
          kinesis = createKinesis(context);
        }
      }
      context.clock.advance(1_000);
      await check(kinesis, placed);
      await kinesis.stop();
    }),
    { numRuns: 60 },
  );
}, 120_000);

async function check(kinesis: Kinesis, placed: readonly (PlacedText & { hash: number; atMs: number })[]): Promise<void> {
  const shards = await listed(kinesis, STREAM);
  let seen = 0;
  for (const { ShardId, HashKeyRange, SequenceNumberRange, ParentShardId, AdjacentParentShardId } of shards) {
    const shardId = ShardId as string;
    const own = placed.filter((record) => record.shardId === shardId);
    const texts = own.map(({ text }) => text);
    const numbers = own.map(({ sequenceNumber }) => sequenceNumber);
    const read = (start: Parameters<typeof textsFrom>[3], limit = 10_000) => textsFrom(kinesis, STREAM, shardId, start, limit);
    seen += texts.length;

    expect(await read({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(texts);
    expect(await read({ ShardIteratorType: 'TRIM_HORIZON' }, 2)).toEqual(texts);
    expect(await read({ ShardIteratorType: 'LATEST' })).toEqual([]);
    for (const [at, { sequenceNumber, atMs, hash }] of own.entries()) {
      const StartingSequenceNumber = sequenceNumber;
      expect(await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toEqual(texts.slice(at));
      expect(await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber })).toEqual(texts.slice(at + 1));
      const since = own.filter((record) => record.atMs >= atMs).map(({ text }) => text);
      expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(atMs) })).toEqual(since);
      const key = ((2n ** 128n - 1n) * BigInt(Math.floor(hash * 1_000_000))) / 1_000_000n;
      expect(key >= BigInt(HashKeyRange?.StartingHashKey ?? -1) && key <= BigInt(HashKeyRange?.EndingHashKey ?? -1)).toBe(true);
    }

    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers.every((number) => /^\d{56}$/.test(number))).toBe(true);
    for (const parent of [ParentShardId, AdjacentParentShardId]) {
      const ended = shards.find((shard) => shard.ShardId === parent)?.SequenceNumberRange?.EndingSequenceNumber;
      if (parent !== undefined) expect((ended as string) < (SequenceNumberRange?.StartingSequenceNumber as string)).toBe(true);
    }
  }
  expect(seen).toBe(placed.length);
}
