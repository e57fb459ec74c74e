import { defineEntity, defineGroup, encodeRecord, type FeatureRecord, integral, isRefusal } from '@tidemark/domain';
import { expect, test } from 'vitest';
import type { FeatureWriter, WriteEntry } from '../ports/feature-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import { writeRecords } from './write-records.ts';

const group = defineGroup({ name: 'g', entity: defineEntity({ name: 'e', key: { e: 'string' } }), features: { n: integral() } });
const pace = { recordsPerSecond: 1_000_000, callsInFlight: 2 };

function recordOf(entity: string, second: number): FeatureRecord {
  const record = encodeRecord(group, { e: entity, eventTime: new Date(second * 1000).toISOString(), n: second });
  if (isRefusal(record)) throw new Error(record.message);
  return record;
}

/** Time that passes only when somebody sleeps. */
function fakeWaiting(): Waiting & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
    nowMs += ms;
  };
  return { slept, nowMs: () => nowMs, random: () => 0.5, sleep };
}

/** A store that does with the n-th call what `answer` says, and remembers what it took. */
function fakeStore(
  answer: (call: number, entries: readonly WriteEntry[]) => { unprocessed?: WriteEntry[]; refused?: WriteEntry[] },
) {
  const taken: WriteEntry[] = [];
  let calls = 0;
  const writer: FeatureWriter = {
    async write(entries) {
      const { unprocessed = [], refused = [] } = answer(calls++, entries);
      taken.push(...entries.filter((entry) => !unprocessed.includes(entry) && !refused.includes(entry)));
      return { unprocessed, refused: refused.map((entry) => ({ entry, code: 'ValidationError' })) };
    },
  };
  return { writer, taken, calls: () => calls };
}

test('history goes to the offline store first, the newest of each entity to both stores after it', async () => {
  const store = fakeStore(() => ({}));
  const records = [recordOf('a', 2), recordOf('a', 1), recordOf('b', 1), recordOf('a', 3)];
  const { online } = await writeRecords({ writer: store.writer, waiting: fakeWaiting(), pace }, 'g', records);
  expect(online).toBe(2);
  expect(store.taken.map((entry) => [entry.stores, entry.record.entityKey, entry.record.eventTime.slice(18, 19)])).toEqual([
    ['offline', 'a', '2'],
    ['offline', 'a', '1'],
    ['both', 'a', '3'],
    ['both', 'b', '1'],
  ]);
});

test('what comes back unprocessed or refused is sent again until it is taken, and only that', async () => {
  const store = fakeStore((call, entries) =>
    call === 0 ? { unprocessed: entries.slice(0, 3), refused: entries.slice(3, 5) } : {},
  );
  const records = Array.from({ length: 10 }, (_, at) => recordOf(`e${at}`, at));
  await writeRecords({ writer: store.writer, waiting: fakeWaiting(), pace }, 'g', records);
  expect(store.calls()).toBe(2);
  expect(store.taken.map((entry) => entry.record.entityKey).sort()).toEqual(records.map((record) => record.entityKey).sort());
});

test('a store that never takes a record fails the chunk with a code that is tried again, naming no key', async () => {
  const store = fakeStore((_, entries) => ({ refused: [...entries] }));
  const writing = writeRecords({ writer: store.writer, waiting: fakeWaiting(), pace }, 'g', [recordOf('secret-key', 1)]);
  await expect(writing).rejects.toMatchObject({
    code: 'INGEST_WRITE_FAILED',
    message: expect.not.stringContaining('secret-key'),
  });
  expect(store.calls()).toBe(6);
});

// With a fifth of all entries coming back each time, six chances would fail one row in 16,000 and twelve one in 240 million.
test('a store that is only busy gets twelve chances', async () => {
  const store = fakeStore((call, entries) => (call < 11 ? { unprocessed: entries.slice(0, 1) } : {}));
  await writeRecords({ writer: store.writer, waiting: fakeWaiting(), pace }, 'g', [recordOf('a', 1), recordOf('b', 1)]);
  expect(store.taken).toHaveLength(2);
  const busy = fakeStore((_, entries) => ({ unprocessed: [...entries] }));
  const writing = writeRecords({ writer: busy.writer, waiting: fakeWaiting(), pace }, 'g', [recordOf('a', 1)]);
  await expect(writing).rejects.toMatchObject({
    code: 'INGEST_WRITE_FAILED',
    message: expect.stringContaining('after 12 attempts (unprocessed)'),
  });
});

test('an instance writes no faster than its share of the rate', async () => {
  const waiting = fakeWaiting();
  const records = Array.from({ length: 1_000 }, (_, at) => recordOf(`e${at}`, at));
  await writeRecords(
    { writer: fakeStore(() => ({})).writer, waiting, pace: { recordsPerSecond: 100, callsInFlight: 1 } },
    'g',
    records,
  );
  // 1,000 records at 100 a second take 10 s, less the second that may run ahead.
  expect(waiting.nowMs()).toBeGreaterThanOrEqual(9_000);
  expect(waiting.nowMs()).toBeLessThan(10_001);
});
