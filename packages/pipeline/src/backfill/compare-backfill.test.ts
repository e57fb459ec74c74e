import { defineEntity, defineFeatureStore, defineGroup, defineSource, integral } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { ComparisonDependencies } from './backfill-dependencies.ts';
import { backfillKeys, type ReadResult } from './backfill-plan.ts';
import { beginBackfill } from './begin-backfill.ts';
import { compareBackfill } from './compare-backfill.ts';

/** When everything in the store was written. */
const WRITTEN_MS = Date.UTC(2026, 0, 31, 9);
const MINUTE_MS = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();
const startedAt = iso(WRITTEN_MS + 5 * MINUTE_MS);
const state = { id: 'x', startedAt, group: 'g', attempt: 0 };

const entity = defineEntity({ name: 'e', key: { e: 'string' } });
const group = defineGroup({ name: 'g', entity, precision: 's', features: { n: integral() } });
const source = defineSource({ name: 's', group, prefix: 's/', map: (row) => ({ ...row, eventTime: null }) });
const definitions = defineFeatureStore({ groups: [group], sources: [source], views: [] });
const offline = {
  database: 'service',
  table: 'dev_g_v1_1',
  projectedDatabase: 'own',
  projectedTable: 'dev_g_v1',
  location: 's3://offline/dev-g-v1/data',
};
const read: ReadResult = {
  rows: 10,
  outside: 0,
  quarantined: 0,
  candidates: 10,
  refusedFiles: 0,
  reasons: {},
  earliest: '983448000000',
  latest: '983451600000',
};

async function setUp() {
  const objects = createMemoryObjectStore(WRITTEN_MS);
  const tables: string[] = [];
  const deps: ComparisonDependencies = {
    definitions,
    objects,
    catalogue: async () => ({
      version: 1,
      stage: 'dev',
      groups: { g: { groupName: 'dev-g-v1', version: 1, recordFeatures: [], offline } },
    }),
    ledger: 'ledger',
    rawBucket: 'raw',
    workBucket: 'work',
    waiting: { nowMs: () => WRITTEN_MS, sleep: async () => {}, random: () => 0 },
    tables: {
      ensureDatabase: async () => {},
      put: async ({ name, columns }) =>
        void tables.push(`${name}: ${columns.map((one) => `${one.name} ${one.type}`).join(', ')}`),
      drop: async () => {},
    },
    database: 'own',
    offlineDelayMs: 20 * MINUTE_MS,
  };
  await beginBackfill(deps, { ...state, request: { group: 'g', from: '2001-03-01T00:00:00Z', to: '2001-03-02T00:00:00Z' } });
  const results = (...all: readonly ReadResult[]) =>
    Promise.all(all.map((one, at) => objects.put('work', backfillKeys.readResult('x', 'g', 0, at), printJson(one))));
  return { deps, objects, tables, results };
}

test('without a row of the window there is nothing to ask', async () => {
  const { deps, results } = await setUp();
  await results({ ...read, candidates: 0, outside: 10, earliest: undefined, latest: undefined });
  expect(await compareBackfill(deps, state)).toMatchObject({ outcome: 'nothing', settledAt: startedAt });
});

test('the query reads the hours of the rows, into as many buckets as they need', async () => {
  const { deps, objects, tables, results } = await setUp();
  await objects.put('offline', 'dev-g-v1/data/year=2001/month=03/day=01/hour=12/a.parquet', 'x'.repeat(7));
  await objects.put('offline', 'dev-g-v1/data/year=2001/month=03/day=01/hour=14/b.parquet', 'x'.repeat(100));
  await results({ ...read, rows: 60_000, candidates: 60_000 }, { ...read, earliest: '983449000000', latest: '983450000000' });
  const compared = await compareBackfill(deps, { ...state, attempt: 2 });
  expect(compared).toMatchObject({ outcome: 'query', settledAt: startedAt, estimatedScanBytes: 7 });
  expect(compared.queryString).toContain("'2001030112' AND '2001030113'");
  expect(compared.queryString).toContain(`${deps.workBucket}/${backfillKeys.compared('x', 'g', 2)}'`);
  expect(tables).toEqual(['backfill_x_g: entity_key string, event_time string, t bigint, ordinal bigint, f1 bigint']);
  const buckets = await objects.read({ bucket: 'ledger', key: compared.bucketListKey });
  expect(JSON.parse(Buffer.from(buckets ?? []).toString())).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
});

const settled = iso(WRITTEN_MS + 20 * MINUTE_MS);
const waits = [
  { why: 'an ingest of the group', receipt: { group: 'g', rows: { accepted: 1 } }, settledAt: settled },
  { why: 'an ingest that accepted nothing', receipt: { group: 'g', rows: { accepted: 0 } }, settledAt: startedAt },
  { why: 'an ingest of another group', receipt: { group: 'other', rows: { accepted: 1 } }, settledAt: startedAt },
];
test.each(waits)('$why that was sealed lately', async ({ receipt, settledAt }) => {
  const { deps, objects, results } = await setUp();
  await results(read);
  await objects.put('ledger', ledgerKeys.receipt('2026-01-31', 'i'), printJson(receipt));
  expect(await compareBackfill(deps, state)).toMatchObject({ settledAt });
});

test('a backfill that wrote waits for the next one to see it; one that did not write does not', async () => {
  const { deps, objects, results } = await setUp();
  await results(read);
  await objects.put('ledger', 'receipt.json', '{}');
  await objects.put('ledger', ledgerKeys.backfillProgress('g'), printJson({ sealedTo: startedAt, receiptKey: 'receipt.json' }));
  expect(await compareBackfill(deps, state)).toMatchObject({ settledAt: startedAt });
  await objects.put('ledger', ledgerKeys.backfillProgress('g'), printJson({ writtenReceiptKey: 'receipt.json' }));
  expect(await compareBackfill(deps, state)).toMatchObject({ settledAt: settled });
});
