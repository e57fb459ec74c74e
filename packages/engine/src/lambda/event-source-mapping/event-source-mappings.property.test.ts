import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listed, makeStream, mergeSome, putTexts, splitSome } from '../../kinesis/direct.fixture.ts';
import { createSeededRandom } from '../../seeded-random.ts';
import { profiles } from '../../settings.ts';
import {
  failedFrom,
  failure,
  type KinesisEvent,
  mappingSpec,
  STREAM,
  shardOf,
  startTestMappings,
  textOf,
  textsOf,
} from './mappings.fixture.ts';

const fraction = fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000);

/** What goes on in the stream. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), hashes: fc.array(fraction, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fraction, where: fraction }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), which: fraction }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

/** How the function ends, call by call; when these are used up, well. A crash is the engine's. */
const outcome = fc.oneof(
  fc.constant({ kind: 'well' as const }),
  fc.constant({ kind: 'fails' as const }),
  fc.record({ kind: fc.constant('fails from' as const), at: fraction }),
  fc.constant({ kind: 'invalid identifier' as const }),
  fc.constant({ kind: 'cannot be invoked' as const }),
  fc.constant({ kind: 'crash before it worked' as const }),
  fc.constant({ kind: 'crash after it worked' as const }),
);

const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 5 }),
  bisectBatchOnFunctionError: fc.boolean(),
  maximumRetryAttempts: fc.integer({ min: -1, max: 2 }),
  reportBatchItemFailures: fc.boolean(),
  maximumBatchingWindowMs: fc.constantFrom(0, 2_000),
  startingPosition: fc.constant('TRIM_HORIZON' as const),
});

test('whatever fails and whenever the engine is dropped: every record is delivered or discarded with its payload, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(step, { minLength: 2, maxLength: 12 }),
      fc.array(outcome, { maxLength: 25 }),
      fc.array(fc.boolean(), { maxLength: 6 }),
      fc.constantFrom(0, 0.5),
      async (changes, steps, outcomes, discardCrashes, streamRedeliverShare) => {
        const engine = startTestMappings({
          settings: { ...profiles.default, streamRedeliverShare },
          random: createSeededRandom(7),
        });
        const truth = createTruth(engine);
        const never = new Promise<never>(() => {});
        const remaining = [...outcomes];
        engine.handler = async (event) => {
          truth.checkOrder(event);
          const next = remaining.shift() ?? { kind: 'well' };
          const failsFrom = next.kind === 'fails from' ? Math.floor(next.at * event.Records.length) : 0;
          const took = next.kind === 'fails from' && changes.reportBatchItemFailures ? event.Records.slice(0, failsFrom) : [];
          switch (next.kind) {
            case 'fails':
              return failure();
            case 'cannot be invoked':
              throw new Error('no such function');
            case 'invalid identifier':
              if (changes.reportBatchItemFailures) return failedFrom('49');
              break;
            case 'fails from':
              if (!changes.reportBatchItemFailures) break;
              truth.settle(took.map(textOf));
              return failedFrom(event.Records[failsFrom]?.kinesis.sequenceNumber);
            case 'crash before it worked':
              engine.crashIsDue = true;
              return never;
            case 'crash after it worked':
              truth.settle(textsOf(event));
              engine.crashIsDue = true;
              return never;
          }
          truth.settle(textsOf(event));
          return null;
        };
        engine.onDiscard = async () => {
          if (!discardCrashes.shift()) return;
          engine.crashIsDue = true;
          await never;
        };

        try {
          await makeStream(engine.kinesis, STREAM, 2);
          engine.mappings.deploy(mappingSpec(changes));
          engine.mappings.start();
          for (const action of steps) {
            if (action.kind === 'put') await truth.put(action.hashes);
            else if (action.kind === 'split') await splitSome(engine.kinesis, STREAM, action.which, action.where);
            else if (action.kind === 'merge') await mergeSome(engine.kinesis, STREAM, action.which);
            else if (action.kind === 'crash') await engine.crash();
            else await engine.settle();
          }
          await engine.settle();
          truth.checkComplete();
        } finally {
          truth.close();
          await engine.close();
        }
      },
    ),
    { numRuns: 100 },
  );
}, 240_000);

/** What was put where, and what of it the function took or the failure destination holds. */
function createTruth(engine: ReturnType<typeof startTestMappings>) {
  const placed: { text: string; shardId: string; sequenceNumber: string }[] = [];
  const settled = new Set<string>();
  /** Kept for the end: what a handler throws, the mapping takes for a function that cannot be invoked. */
  const violations: string[] = [];
  const parents = new Map<string, (string | undefined)[]>();
  const database = new Database(join(engine.context.dataDir, 'lambda', 'event-source-mappings.db'), { readonly: true });
  const positionOf = database.prepare('SELECT position FROM checkpoint WHERE shardId = ?').pluck();
  let counted = 0;

  const countDiscarded = () => {
    for (; counted < engine.discarded.length; counted += 1) {
      const { record } = engine.discarded[counted] as (typeof engine.discarded)[number];
      const texts = textsOf(JSON.parse(record.payload) as KinesisEvent);
      if (texts.length !== record.KinesisBatchInfo.batchSize) violations.push('a discarded batch without all of its payload');
      for (const text of texts) settled.add(text);
    }
  };
  const inShard = (shardId: string) => placed.filter((record) => record.shardId === shardId);
  const ancestors = (shardId: string): string[] =>
    (parents.get(shardId) ?? []).flatMap((parent) => (parent === undefined ? [] : [parent, ...ancestors(parent)]));

  return {
    async put(hashes: readonly number[]) {
      const texts = hashes.map((hash, at) => ({ hash, text: String(placed.length + at) }));
      const results = await putTexts(engine.kinesis, STREAM, texts);
      placed.push(...results);
      for (const { ShardId, ParentShardId, AdjacentParentShardId } of await listed(engine.kinesis, STREAM))
        parents.set(ShardId as string, [ParentShardId, AdjacentParentShardId]);
    },
    settle(texts: readonly string[]) {
      for (const text of texts) settled.add(text);
    },
    checkOrder(event: KinesisEvent) {
      countDiscarded();
      const shardId = shardOf(event);
      const numbers = event.Records.map(({ kinesis }) => kinesis.sequenceNumber);
      if (numbers.join() !== [...new Set(numbers)].sort().join()) violations.push(`${shardId}: records out of order`);
      const before = [
        ...inShard(shardId).filter(({ sequenceNumber }) => sequenceNumber < (numbers[0] as string)),
        ...ancestors(shardId).flatMap(inShard),
      ];
      const skipped = before.filter(({ text }) => !settled.has(text));
      if (skipped.length > 0)
        violations.push(`${shardId}: ${skipped.length} earlier records are neither delivered nor discarded`);
      const position = (positionOf.get(shardId) as string | undefined) ?? '';
      const passed = inShard(shardId).filter(({ sequenceNumber }) => sequenceNumber < position);
      const lost = passed.filter(({ text }) => !settled.has(text));
      if (lost.length > 0) violations.push(`${shardId}: the checkpoint has passed ${lost.length} records`);
    },
    checkComplete() {
      countDiscarded();
      expect(violations).toEqual([]);
      expect(placed.filter(({ text }) => !settled.has(text))).toEqual([]);
    },
    close: () => void database.close(),
  };
}
