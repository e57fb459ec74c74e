import { defineEntity, defineFeatureStore, defineGroup, defineSource, integral } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { releaseLease } from '../lease/lease.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import {
  type BackfillProgress,
  type BucketResult,
  backfillKeys,
  type ComparedBackfill,
  type ReadResult,
} from './backfill-plan.ts';
import { beginBackfill, leaseClaim, leaseDependencies } from './begin-backfill.ts';
import { sealBackfill } from './seal-backfill.ts';

const NOON_MS = Date.UTC(2026, 0, 31, 12);
const startedAt = new Date(NOON_MS).toISOString();
const noon = '2026-01-31T12:00:00Z';
const range = { group: 'g', from: '2001-03-01T00:00:00Z', to: '2001-03-02T00:00:00Z' };

const entity = defineEntity({ name: 'e', key: { e: 'string' } });
const group = defineGroup({ name: 'g', entity, features: { n: integral() } });
const source = defineSource({ name: 's', group, prefix: 's/', map: (row) => ({ ...row, eventTime: null }) });
const definitions = defineFeatureStore({ groups: [group], sources: [source], views: [] });

const read: ReadResult = {
  rows: 10,
  outside: 2,
  quarantined: 1,
  candidates: 7,
  refusedFiles: 0,
  reasons: { ROW_NOT_A_NUMBER: 1 },
  earliest: '1',
  latest: '2',
};
const bucket: BucketResult = { unchanged: 3, superseded: 1, absent: 2, changed: 1, online: 1, offlineOnly: 2, replaced: 1 };

async function setUp() {
  const objects = createMemoryObjectStore();
  const deps: BackfillDependencies = {
    definitions,
    objects,
    catalogue: async () => ({
      version: 1,
      stage: 'dev',
      groups: { g: { groupName: 'dev-g-v1', version: 1, recordFeatures: [], offline: undefined } },
    }),
    ledger: 'ledger',
    rawBucket: 'raw',
    workBucket: 'work',
    waiting: { nowMs: () => NOON_MS, sleep: async () => {}, random: () => 0 },
  };
  const progress = () => loadJson<BackfillProgress>(objects, 'ledger', ledgerKeys.backfillProgress('g'));
  async function sealed(
    id: string,
    request: unknown,
    results: { reads: readonly ReadResult[]; buckets: readonly BucketResult[] },
  ) {
    await beginBackfill(deps, { id, startedAt, request });
    for (const [at, one] of results.reads.entries())
      await objects.put('work', backfillKeys.readResult(id, 'g', 0, at), printJson(one));
    for (const [at, one] of results.buckets.entries())
      await objects.put('work', backfillKeys.bucketResult(id, 'g', at), printJson(one));
    const compared = { estimatedScanBytes: 5 } as ComparedBackfill;
    return sealBackfill(deps, { id, startedAt, group: 'g', compared: { value: compared } });
  }
  const release = (id: string) => releaseLease(leaseDependencies(deps), leaseClaim(id, 'g'));
  return { objects, progress, release, sealed };
}

test('the receipt adds up what the steps found, and a repetition answers with it', async () => {
  const { objects, progress, sealed } = await setUp();
  const receipt = await sealed('x', range, { reads: [read, read], buckets: [bucket, bucket] });
  expect(receipt).toMatchObject({
    status: 'sealed',
    rows: { read: 20, outside: 4, quarantined: 2, unchanged: 6, superseded: 2, written: 6 },
    found: { absent: 4, changed: 2 },
    writes: { online: 2, offlineOnly: 4, replaced: 2 },
    reasons: { ROW_NOT_A_NUMBER: 2 },
    scannedBytes: 5,
  });
  const key = ledgerKeys.backfillReceipt('2026-01-31', 'x', 'g');
  expect(await progress()).toEqual({ writtenReceiptKey: key });
  const body = await objects.read({ bucket: 'ledger', key });
  expect(await sealed('x', range, { reads: [], buckets: [bucket, bucket, bucket] })).toEqual(receipt);
  expect(await objects.read({ bucket: 'ledger', key })).toEqual(body);
});

const wrong = [
  { why: 'a bucket without a result', reads: [read], buckets: [] },
  { why: 'a row twice in the answer', reads: [read], buckets: [{ ...bucket, unchanged: 4 }] },
  { why: 'a row that was found and not written', reads: [read], buckets: [{ ...bucket, offlineOnly: 1 }] },
];
test.each(wrong)('$why is never sealed', async ({ reads, buckets }) => {
  const { objects, progress, sealed } = await setUp();
  await expect(sealed('x', range, { reads, buckets })).rejects.toMatchObject({ code: 'BACKFILL_INCOMPLETE' });
  expect(await objects.head({ bucket: 'ledger', key: ledgerKeys.backfillReceipt('2026-01-31', 'x', 'g') })).toBeUndefined();
  expect(await progress()).toBeUndefined();
});

test('a schedule moves its progress on, which a range of event times leaves as it is', async () => {
  const { progress, release, sealed } = await setUp();
  await sealed('nightly', { scheduledTime: noon }, { reads: [], buckets: [] });
  const moved = { sealedTo: noon, receiptKey: ledgerKeys.backfillReceipt('2026-01-31', 'nightly', 'g') };
  expect(await progress()).toEqual(moved);
  await release('nightly');
  await sealed('person', range, { reads: [read], buckets: [bucket] });
  expect(await progress()).toEqual({ ...moved, writtenReceiptKey: ledgerKeys.backfillReceipt('2026-01-31', 'person', 'g') });
});

test('a dry run leaves nothing behind', async () => {
  const { objects, progress, sealed } = await setUp();
  expect(await sealed('x', { ...range, dryRun: true }, { reads: [read], buckets: [bucket] })).toMatchObject({
    status: 'dry-run',
    rows: { written: 3 },
  });
  expect(await objects.head({ bucket: 'ledger', key: ledgerKeys.backfillReceipt('2026-01-31', 'x', 'g') })).toBeUndefined();
  expect(await progress()).toBeUndefined();
});
