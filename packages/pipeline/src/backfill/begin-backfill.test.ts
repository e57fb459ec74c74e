import { defineEntity, defineFeatureStore, defineGroup, defineSource, integral, listOf } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { releaseLease, takeLease } from '../lease/lease.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import type { BackfillFile, BackfillPlan } from './backfill-plan.ts';
import { backfilledGroups } from './backfill-request.ts';
import { beginBackfill, leaseClaim, leaseDependencies } from './begin-backfill.ts';

const entity = defineEntity({ name: 'e', key: { e: 'string' } });
const groupOf = (name: string) => defineGroup({ name, entity, features: { n: integral() } });
const [one, other, unfed] = [groupOf('one'), groupOf('other'), groupOf('unfed')];
const lists = defineGroup({ name: 'lists', entity, storage: 'InMemory', features: { l: listOf(integral()) } });
const sourceOf = (group: typeof one, prefix: string) =>
  defineSource({ name: `${group.name}-files`, group, prefix, map: (row) => ({ ...row, eventTime: null }) });
const definitions = defineFeatureStore({
  groups: [other, one, unfed, lists],
  sources: [sourceOf(other, 'other/'), sourceOf(one, 'one/')],
  views: [],
});
const catalogue = {
  version: 1,
  stage: 'dev',
  groups: Object.fromEntries(
    ['one', 'other'].map((name) => [name, { groupName: `dev-${name}-v1`, version: 1, recordFeatures: [], offline: undefined }]),
  ),
};

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 0, 31, 12);
const noon = '2026-01-31T12:00:00Z';
const iso = (ms: number) => new Date(ms).toISOString();

function setUp(arrivals: Readonly<Record<string, number>> = {}) {
  const memory = createMemoryObjectStore();
  const files = { ...arrivals };
  const deps: BackfillDependencies = {
    definitions,
    catalogue: async () => catalogue,
    ledger: 'ledger',
    rawBucket: 'raw',
    workBucket: 'work',
    waiting: { nowMs: () => NOON_MS, sleep: async () => {}, random: () => 0 },
    objects: {
      ...memory,
      async *listVersions(_bucket, prefix) {
        for (const [key, lastModifiedMs] of Object.entries(files))
          if (key.startsWith(prefix)) yield { key, versionId: 'v', etag: 'e', sizeBytes: 10, lastModifiedMs };
      },
    },
  };
  const begin = (id: string, request: unknown) => beginBackfill(deps, { id, startedAt: iso(NOON_MS), request });
  const planOf = (id: string, group: string) =>
    requireJson<BackfillPlan>(deps.objects, 'ledger', ledgerKeys.backfillPlan('2026-01-31', id, group));
  const filesOf = (id: string, group: string) =>
    requireJson<BackfillFile[]>(deps.objects, 'ledger', ledgerKeys.backfillFiles('2026-01-31', id, group));
  const sealedTo = (group: string, timeMs: number) =>
    deps.objects.put('ledger', ledgerKeys.backfillProgress(group), printJson({ sealedTo: iso(timeMs) }));
  return { deps, files, begin, planOf, filesOf, sealedTo };
}

test('a schedule goes through every group that has files and a history', async () => {
  const { begin } = setUp({ 'one/a.csv': NOON_MS - HOUR_MS });
  const { groups, overlaps } = await begin('x', { scheduledTime: noon });
  expect(groups.map(({ group, outcome }) => [group, outcome])).toEqual([
    ['one', 'planned'],
    ['other', 'empty'],
  ]);
  expect(overlaps).toEqual([]);
  expect(backfilledGroups(definitions).map(({ group }) => group.name)).toEqual(['one', 'other']);
});

test('its window begins where the last receipt ends: three missed runs are caught up by one', async () => {
  const { begin, planOf, sealedTo } = setUp();
  await sealedTo('one', NOON_MS - 4 * 24 * HOUR_MS);
  await begin('x', { scheduledTime: noon });
  expect((await planOf('x', 'one')).window).toEqual({ by: 'arrival', from: iso(NOON_MS - 4 * 24 * HOUR_MS), to: noon });
  // The first run ever looks back two days.
  expect((await planOf('x', 'other')).window).toEqual({ by: 'arrival', from: iso(NOON_MS - 2 * 24 * HOUR_MS), to: noon });
});

test('a time that is sealed has nothing left to do', async () => {
  const { begin, sealedTo } = setUp({ 'one/a.csv': NOON_MS });
  for (const group of ['one', 'other']) await sealedTo(group, NOON_MS);
  expect((await begin('x', { scheduledTime: noon })).groups.map(({ outcome }) => outcome)).toEqual(['sealed', 'sealed']);
});

test('files of a schedule: from its window on, those that took hours to upload, and those that came after it', async () => {
  const from = NOON_MS - 24 * HOUR_MS;
  const { begin, filesOf, sealedTo } = setUp({
    'one/after.csv': NOON_MS + HOUR_MS,
    'one/before.csv': from - 7 * HOUR_MS,
    'one/uploading.csv': from - 6 * HOUR_MS,
    'one/b.csv': from,
    'one/a.csv': from,
    'other/c.csv': from,
  });
  await sealedTo('one', from);
  await begin('x', { scheduledTime: noon });
  expect((await filesOf('x', 'one')).map(({ index, key }) => [index, key])).toEqual([
    [0, 'one/uploading.csv'],
    [1, 'one/a.csv'],
    [2, 'one/b.csv'],
    [3, 'one/after.csv'],
  ]);
});

test('files of a range of event times: all, whenever they came; a repetition goes through those that were found first', async () => {
  const range = { group: 'one', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  const { begin, files, filesOf, planOf } = setUp({ 'one/a.csv': 0, 'one/b.csv': NOON_MS });
  await begin('x', range);
  expect(await planOf('x', 'one')).toMatchObject({
    files: 2,
    bytes: 20,
    dryRun: false,
    window: { by: 'event-time', from: range.from, to: range.to },
  });
  files['one/c.csv'] = 1;
  await begin('x', range);
  expect((await filesOf('x', 'one')).map(({ key }) => key)).toEqual(['one/a.csv', 'one/b.csv']);
});

test("of a schedule fired twice the second ends by its twin's name, and holds nothing", async () => {
  const { begin, deps } = setUp();
  await begin('first', { scheduledTime: noon });
  await expect(begin('second', { scheduledTime: noon })).rejects.toMatchObject({
    code: 'BACKFILL_OVERLAP',
    message: expect.stringContaining('the execution first of backfill'),
  });
  await releaseLease(leaseDependencies(deps), leaseClaim('first', 'one'));
  // With the first group free, the second one is still the twin's.
  await expect(begin('second', { scheduledTime: noon })).rejects.toMatchObject({ code: 'BACKFILL_OVERLAP', field: 'other' });
  expect(await takeLease(leaseDependencies(deps), leaseClaim('third', 'one'))).toBeUndefined();
});

test('a group that a person backfills is left out and named, the others go on', async () => {
  const { begin } = setUp();
  await begin('person', { group: 'one', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
  const { groups, overlaps } = await begin('schedule', { scheduledTime: noon });
  expect(groups.map(({ group }) => group)).toEqual(['other']);
  expect(overlaps).toEqual([
    { group: 'one', failure: { Error: 'BACKFILL_OVERLAP', Cause: expect.stringContaining('the execution person of backfill') } },
  ]);
});

const range = { group: 'one', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
const refused = [
  { why: 'nothing', request: {}, code: 'BACKFILL_REQUEST_INVALID', field: 'group' },
  { why: 'no end', request: { ...range, to: undefined }, code: 'BACKFILL_REQUEST_INVALID', field: 'to' },
  { why: 'an empty range', request: { ...range, to: range.from }, code: 'BACKFILL_REQUEST_INVALID', field: 'from' },
  { why: 'a day', request: { ...range, from: '2026-01-01' }, code: 'BACKFILL_REQUEST_INVALID', field: 'from' },
  { why: 'a dry run that is text', request: { ...range, dryRun: 'no' }, code: 'BACKFILL_REQUEST_INVALID', field: 'dryRun' },
  {
    why: 'a schedule with a group',
    request: { ...range, scheduledTime: noon },
    code: 'BACKFILL_REQUEST_INVALID',
    field: 'group',
  },
  { why: 'an unknown group', request: { ...range, group: 'two' }, code: 'GROUP_UNKNOWN', field: 'two' },
  { why: 'no files', request: { ...range, group: 'unfed' }, code: 'BACKFILL_NOT_POSSIBLE', field: 'unfed' },
  { why: 'no history', request: { ...range, group: 'lists' }, code: 'BACKFILL_NOT_POSSIBLE', field: 'lists' },
];
test.each(refused)('$why is refused before anything is taken', async ({ request, code, field }) => {
  const { begin, deps } = setUp();
  await expect(begin('x', request)).rejects.toMatchObject({ code, field });
  expect(await deps.objects.head({ bucket: 'ledger', key: ledgerKeys.lease('backfill', 'one') })).toBeUndefined();
});
