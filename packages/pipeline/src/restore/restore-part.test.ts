import { beforeEach, describe, expect, test } from 'vitest';
import { writeParquet } from '../files/parquet-write.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { WriteEntry } from '../ports/feature-store.ts';
import { loadPart } from '../snapshot/load-part.ts';
import { restorePart } from './restore-part.ts';
import type { RestorePlan, RestoreRequest, RestoreResult } from './restore-plan.ts';

const AT = '2026-01-31T12:00:00Z';
const LATER = '2026-01-31T13:00:00Z';
const EARLIER = '2026-01-31T11:00:00Z';
const TTL_MS = 86_400_000;
const COLUMNS = [
  { name: 'entity_key', type: 'String' as const },
  { name: 'event_time', type: 'String' as const },
  { name: 'n', type: 'Integral' as const },
];
const KEYS = Array.from({ length: 250 }, (_, at) => `k${at}`);
const FILE = 'snapshots/s/g/attempt-0/part_=0/a';

/** What stands online for a key: a record, or the tombstone of a soft delete. */
type Stood = { readonly time: string; readonly n: string } | { readonly tombstone: string };

let objects: ReturnType<typeof createMemoryObjectStore>;
let online: Map<string, Stood>;
let calls: { reads: number; writes: number; erased: string[] };
/** Runs once, before the n-th write is carried out. */
let beforeWrite: () => void;

beforeEach(() => {
  objects = createMemoryObjectStore();
  online = new Map();
  calls = { reads: 0, writes: 0, erased: [] };
  beforeWrite = () => {};
});

/** A store in which the newer time stands, and a tombstone hides what is not newer than it. */
function take({ record, stores }: WriteEntry): void {
  if (stores !== 'online') throw new Error(`a restore wrote to ${stores}`);
  const held = online.get(record.entityKey);
  const heldTime = held === undefined ? '' : 'time' in held ? held.time : held.tombstone;
  const n = record.values.find(([name]) => name === 'n')?.[1] as string;
  if (record.eventTime >= heldTime) online.set(record.entityKey, { time: record.eventTime, n });
}

async function restore(request: Partial<RestoreRequest> = {}, nowMs = Date.parse(LATER), damage = false): Promise<RestoreResult> {
  const n = KEYS.map((_, at) => BigInt(at));
  await objects.put(
    'datasets',
    FILE,
    writeParquet([
      { name: 'entity_key', type: 'STRING', data: KEYS },
      { name: 'event_time', type: 'STRING', data: KEYS.map(() => AT) },
      { name: 'n', type: 'INT64', data: n },
    ]),
  );
  const { digests } = await loadPart(objects, 'datasets', [FILE], COLUMNS);
  const plan: RestorePlan = {
    id: 'r',
    date: '2026-01-31',
    startedAt: LATER,
    request: { snapshot: 's', ...request },
    asOf: AT,
    groups: [{ group: 'g', target: 'dev-g-v1', columns: COLUMNS, ttlMs: TTL_MS, rows: KEYS.length, contentHash: '' }],
    parts: [
      {
        group: 'g',
        part: 0,
        rows: KEYS.length,
        files: [{ key: FILE, sizeBytes: 1 }],
        digests: damage ? { ...digests, [Object.keys(digests)[0] as string]: 'other' } : digests,
      },
    ],
    streams: [],
  };
  await objects.put('ledger', 'plan', JSON.stringify(plan));
  const waiting = { nowMs: () => nowMs, random: () => 0.5, sleep: async () => {} };
  await restorePart(
    {
      objects,
      ledger: 'ledger',
      snapshotBucket: 'datasets',
      waiting,
      pace: { recordsPerSecond: 1e6, callsInFlight: 2 },
      writer: {
        async write(entries) {
          calls.writes++;
          beforeWrite();
          // A quarter comes back, as under load.
          const unprocessed = calls.writes % 3 === 0 ? entries.slice(0, Math.ceil(entries.length / 4)) : [];
          for (const entry of entries) if (!unprocessed.includes(entry)) take(entry);
          return { unprocessed, refused: [] };
        },
      },
      reader: {
        async read([request]) {
          calls.reads++;
          const { groupName = '', entityKeys = [], features = [] } = request ?? {};
          const left = calls.reads % 2 === 0 ? entityKeys.slice(0, Math.floor(entityKeys.length / 2)) : [];
          const records = entityKeys.flatMap((entityKey) => {
            const held = online.get(entityKey);
            if (left.includes(entityKey) || held === undefined || !('time' in held)) return [];
            const values = new Map([
              ['entity_key', entityKey],
              ['event_time', held.time],
              ['n', held.n],
            ]);
            return [{ groupName, entityKey, values, expiresAt: undefined }];
          });
          return { records, unprocessed: left.length > 0 ? [{ groupName, entityKeys: left, features }] : [], refused: [] };
        },
      },
      eraser: {
        async erase(_, entityKey) {
          calls.erased.push(entityKey);
          online.delete(entityKey);
        },
      },
    },
    { planKey: 'plan', index: 0, enteredAt: new Date(nowMs).toISOString() },
  );
  const body = objects.objects.get('ledger/restore-results/2026-01-31/r/00000.json');
  return JSON.parse(Buffer.from(body ?? []).toString()) as RestoreResult;
}

const asInSnapshot = () => KEYS.map((key, at) => [key, { time: AT, n: String(at) }]);

test('an empty store gets every row, each written once and read back', async () => {
  expect(await restore()).toMatchObject({ rows: 250, written: 250, equal: 250, unequal: 0 });
  expect([...online].sort()).toEqual(asInSnapshot().sort());
});

test('done again, it leaves the result that is there, and writes nothing', async () => {
  const first = await restore();
  const { writes, reads } = calls;
  online.clear();
  expect(await restore()).toEqual(first);
  expect(calls).toMatchObject({ writes, reads });
});

test('a part that was stopped in the middle writes only what is missing', async () => {
  for (const [key, held] of asInSnapshot().slice(0, 200)) online.set(key as string, held as Stood);
  expect(await restore()).toMatchObject({ written: 50, equal: 250 });
});

describe('what stands online', () => {
  const versions: readonly (readonly [string, Stood])[] = [
    ['k1', { time: LATER, n: '-1' }],
    ['k2', { time: AT, n: '-2' }],
    ['k3', { time: EARLIER, n: '-3' }],
    ['k4', { tombstone: LATER }],
    ['k5', { tombstone: EARLIER }],
  ];
  beforeEach(() => {
    for (const [key, held] of versions) online.set(key, held);
  });

  test('is left where it is as new or newer, and tombstones above a row hide it', async () => {
    expect(await restore()).toMatchObject({ written: 248, equal: 247, newer: 2, hidden: 1, unequal: 0 });
    expect(versions.map(([key]) => online.get(key))).toEqual([
      { time: LATER, n: '-1' },
      { time: AT, n: '-2' },
      { time: AT, n: '3' },
      { tombstone: LATER },
      { time: AT, n: '5' },
    ]);
    expect(calls.erased).toEqual([]);
  });

  test('is taken back by an exact restore, erased only where a put would lose', async () => {
    expect(await restore({ exact: true })).toMatchObject({ equal: 250, newer: 0, hidden: 0, unequal: 0 });
    expect(calls.erased.sort()).toEqual(['k1', 'k2', 'k4']);
  });
});

test('a value that comes in between is newer, not unequal', async () => {
  beforeWrite = () => online.set('k7', { time: LATER, n: '700' });
  expect(await restore()).toMatchObject({ equal: 249, newer: 1, unequal: 0 });
  expect(online.get('k7')).toEqual({ time: LATER, n: '700' });
});

test('rows whose time to live has passed are neither written nor unequal', async () => {
  expect(await restore({}, Date.parse(AT) + TTL_MS)).toMatchObject({
    written: 0,
    equal: 0,
    expired: 250,
    unequal: 0,
    digests: {},
  });
  expect(calls).toMatchObject({ reads: 0, writes: 0 });
});

test('files that are not what the manifest says are not restored', async () => {
  await expect(restore({}, undefined, true)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  expect(calls.writes).toBe(0);
});
