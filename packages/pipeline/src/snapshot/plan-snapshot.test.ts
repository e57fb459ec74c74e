import { defineEntity, defineFeatureStore, defineGroup, integral, listOf } from '@tidemark/domain';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import { planSnapshot } from './plan-snapshot.ts';
import type { SnapshotPlan, SnapshotRequest } from './snapshot-plan.ts';

const rider = defineEntity({ name: 'rider', key: { rider: 'string' } });
const trips = defineGroup({ name: 'trips', entity: rider, ttl: '2d', features: { count: integral() } });
const places = defineGroup({ name: 'places', entity: rider, storage: 'InMemory', features: { seen: listOf(integral()) } });
const definitions = defineFeatureStore({ groups: [trips, places], sources: [], views: [] });

const catalogue: Catalogue = {
  version: 1,
  stage: 'dev',
  groups: {
    trips: {
      groupName: 'dev-trips-v1',
      version: 1,
      recordFeatures: [{ name: 'entity_key', type: 'String' }],
      offline: {
        database: 'featurestore',
        table: 'trips',
        projectedDatabase: 'own',
        projectedTable: 'trips',
        location: 's3://offline/trips/data',
      },
    },
  },
};
const STARTED_AT = '2026-01-31T12:00:00.900Z';

let objects: ReturnType<typeof createMemoryObjectStore>;
beforeEach(() => {
  objects = createMemoryObjectStore();
});

const plan = (request: SnapshotRequest = {}, id = 's1', startedAt = STARTED_AT) =>
  planSnapshot(
    {
      definitions,
      objects,
      catalogue: async () => catalogue,
      ledger: 'ledger',
      workBucket: 'work',
      snapshotBucket: 'datasets',
      offlineDelaySeconds: 1_200,
    },
    { id, startedAt, request },
  );
const stored = (id = 's1') =>
  JSON.parse(Buffer.from(objects.objects.get(`work/snapshot-work/${id}/plan.json`) ?? []).toString()) as SnapshotPlan;

describe('the moment', () => {
  test.each([
    { why: 'the offline delay before the start, a whole second', request: {}, asOf: '2026-01-31T11:40:00Z' },
    { why: 'that before the scheduled time', request: { scheduledTime: '2026-01-31T03:10:00Z' }, asOf: '2026-01-31T02:50:00Z' },
    { why: 'an earlier one that was asked for', request: { asOf: '2026-01-01T00:00:00Z' }, asOf: '2026-01-01T00:00:00Z' },
    { why: 'the very last one that can be', request: { asOf: '2026-01-31T11:40:00Z' }, asOf: '2026-01-31T11:40:00Z' },
  ])('is $why', async ({ request, asOf }) => {
    expect((await plan(request)).asOf).toBe(asOf);
  });

  test.each(['2026-01-31T11:40:01Z', 'yesterday', '2026-01-31'])('cannot be %s', async (asOf) => {
    await expect(plan({ asOf })).rejects.toMatchObject({ code: 'SNAPSHOT_OPTION_INVALID', field: 'asOf' });
  });
});

describe('the groups', () => {
  test('are all that have both stores; the others are named with the reason', async () => {
    expect((await plan()).groups).toEqual(['trips']);
    expect(stored().notCovered).toEqual([{ group: 'places', reason: 'it is held in memory and has no history' }]);
  });

  test.each([
    { groups: ['nobody'], code: 'GROUP_UNKNOWN' },
    { groups: ['trips', 'places'], code: 'SNAPSHOT_OPTION_INVALID' },
  ])('$groups are refused', async ({ groups, code }) => {
    await expect(plan({ groups })).rejects.toMatchObject({ code, field: groups.at(-1) });
  });

  test.each([
    { bytes: 0, parts: 1 },
    { bytes: 500_000, parts: 1 },
    { bytes: 500_001, parts: 2 },
    { bytes: 2_500_000, parts: 8 },
    { bytes: 90_000_000, parts: 64 },
  ])('with a history of $bytes bytes have $parts parts', async ({ bytes, parts }) => {
    objects.objects.set('offline/trips/data/year=2026/a.parquet', new Uint8Array(bytes));
    await plan();
    expect(stored().groups[0]).toMatchObject({ historyBytes: bytes, parts, ttlMs: 172_800_000 });
  });
});

describe('a schedule that fires twice', () => {
  const request = { scheduledTime: '2026-01-31T03:10:00Z' };

  test('takes one snapshot: the second execution is told who has it, and leaves nothing', async () => {
    expect(await plan(request, 'first')).toMatchObject({ outcome: 'planned' });
    expect(await plan(request, 'second')).toMatchObject({ outcome: 'taken', takenBy: 'first' });
    expect([...objects.objects.keys()].filter((key) => key.includes('second'))).toEqual([]);
  });

  test('a repetition of the first goes on with its plan', async () => {
    await plan(request, 'first');
    const before = stored('first');
    expect(await plan(request, 'first', '2026-01-31T12:30:00Z')).toMatchObject({ outcome: 'planned' });
    expect(stored('first')).toEqual(before);
  });
});
