import { defineEntity, defineFeatureStore, defineGroup, integral } from '@tidemark/domain';
import { describe, expect, test } from 'vitest';
import type { Catalogue, CatalogueEntry } from '../catalogue/catalogue.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { SnapshotManifest } from '../snapshot/publish-snapshot.ts';
import { planRestore } from './plan-restore.ts';
import type { RestorePlan, RestoreRequest } from './restore-plan.ts';

const rider = defineEntity({ name: 'rider', key: { rider: 'string' } });
const trips = defineGroup({ name: 'trips', entity: rider, ttl: '2d', features: { count: integral() } });
const definitions = defineFeatureStore({ groups: [trips], sources: [], views: [] });
const then: CatalogueEntry['recordFeatures'] = [
  { name: 'entity_key', type: 'String' },
  { name: 'rider', type: 'String' },
  { name: 'event_time', type: 'String' },
  { name: 'count', type: 'Integral' },
];
const part = (index: number, rows: number) => ({ part: index, rows, files: [], digests: {} });
const group = (name: string) => ({
  group: name,
  groupName: `dev-${name}-v1`,
  version: 1,
  ttlMs: null,
  columns: then,
  rows: 3,
  sizeBytes: 0,
  contentHash: 'a',
  parts: [part(0, 1), part(1, 0), part(2, 2)],
  query: { id: 'q', sha256: 'b', statistics: {} },
});

async function plan(request: Partial<RestoreRequest>, now = then, groups = [group('trips')]): Promise<RestorePlan> {
  const objects = createMemoryObjectStore();
  const manifest: Partial<SnapshotManifest> = { id: 's1', asOf: '2026-01-31T11:40:00Z', groups };
  await objects.put('datasets', 'snapshots/s1/_manifest.json', JSON.stringify(manifest));
  const catalogue: Catalogue = {
    version: 2,
    stage: 'dev',
    groups: { trips: { groupName: 'dev-trips-v1', version: 1, recordFeatures: now, offline: undefined } },
  };
  const deps = { definitions, objects, catalogue: async () => catalogue, ledger: 'ledger', snapshotBucket: 'datasets' };
  const state = { id: 'r1', startedAt: '2026-02-01T00:00:00.000Z', request: { snapshot: 's1', ...request } };
  const { planKey } = await planRestore({ ...deps, waiting: undefined as never }, state);
  return JSON.parse(Buffer.from(objects.objects.get(`ledger/${planKey}`) ?? []).toString()) as RestorePlan;
}

test('a part without rows is not restored', async () => {
  const { parts, groups } = await plan({});
  expect(parts.map((one) => one.part)).toEqual([0, 2]);
  expect(groups).toMatchObject([{ target: 'dev-trips-v1', ttlMs: 172_800_000, rows: 3 }]);
});

describe('a definition that changed since', () => {
  test('is fine where a feature was added', async () => {
    expect((await plan({}, [...then, { name: 'fares', type: 'Fractional' }])).groups).toHaveLength(1);
  });

  test.each([
    {
      why: 'retyped',
      now: then.map((one) => (one.name === 'count' ? { ...one, type: 'Fractional' as const } : one)),
      says: 'feature count of group trips was Integral in the snapshot and is Fractional now',
    },
    {
      why: 'removed',
      now: then.filter(({ name }) => name !== 'count'),
      says: 'feature count of group trips was Integral in the snapshot and is no longer there',
    },
  ])('is refused by name where one was $why', async ({ now, says }) => {
    await expect(plan({}, now)).rejects.toMatchObject({
      code: 'SNAPSHOT_INCOMPATIBLE',
      field: 'count',
      message: expect.stringContaining(says),
    });
  });

  test('is refused where the whole group is gone, unless others are chosen', async () => {
    const groups = [group('trips'), group('fares')];
    await expect(plan({}, then, groups)).rejects.toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE', field: 'fares' });
    expect((await plan({ groups: ['trips'] }, then, groups)).groups.map((one) => one.group)).toEqual(['trips']);
  });
});

test.each([
  { why: 'a snapshot that is not there', request: { snapshot: 's2' }, code: 'SNAPSHOT_UNKNOWN' },
  { why: 'a path for a snapshot', request: { snapshot: '../s1' }, code: 'SNAPSHOT_UNKNOWN' },
  { why: 'no text for a snapshot', request: { snapshot: 7 as never }, code: 'SNAPSHOT_UNKNOWN' },
  { why: 'a group that the snapshot has not', request: { groups: ['fares'] }, code: 'GROUP_UNKNOWN' },
  { why: 'a suffix that no group can have', request: { into: 'Über' }, code: 'SNAPSHOT_OPTION_INVALID' },
  { why: 'an empty suffix', request: { into: '' }, code: 'SNAPSHOT_OPTION_INVALID' },
  { why: 'a name that would be too long', request: { into: 'x'.repeat(60) }, code: 'SNAPSHOT_OPTION_INVALID' },
])('$why is refused', async ({ request, code }) => {
  await expect(plan(request)).rejects.toMatchObject({ code });
});
