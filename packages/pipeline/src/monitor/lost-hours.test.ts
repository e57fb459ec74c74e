import { NS_PER } from '@tidemark/domain';
import { expect, test } from 'vitest';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { hourFolder } from '../catalogue/history-files.ts';
import { writeParquet } from '../files/parquet-write.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import { findLostHours, hoursBehindReceipts } from './lost-hours.ts';

const SETTLED_MS = Date.UTC(2026, 0, 31, 12);
const HOUR_MS = 3_600_000;
const offline: OfflineTable = {
  database: 'service',
  table: 'airports',
  projectedDatabase: 'own',
  projectedTable: 'airports',
  location: 's3://offline/feature-store/airports/data',
};
const hour = (back: number) => SETTLED_MS - back * HOUR_MS;
const name = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 13);

function bed() {
  const objects = createMemoryObjectStore();
  let [receipts, files] = [0, 0];
  return {
    objects,
    receipt: (hours: Receipt['hours'], changes: Partial<Receipt> = {}) =>
      objects.put(
        'ledger',
        ledgerKeys.receipt(dateOf(SETTLED_MS), `r${receipts++}`),
        JSON.stringify({ group: 'airports', sealedAt: new Date(SETTLED_MS - 1).toISOString(), hours, ...changes }),
      ),
    file: (timeMs: number, rows: number) =>
      objects.put(
        'offline',
        `feature-store/airports/data/${hourFolder(timeMs)}part-${files++}.parquet`,
        writeParquet([{ name: 'entity_key', type: 'STRING', data: Array.from({ length: rows }, (_, at) => `A${at}`) }]),
      ),
    behind: () => hoursBehindReceipts({ objects, ledger: 'ledger' }, { group: 'airports', offline }, SETTLED_MS),
  };
}

test('an hour that has fewer rows than its receipts add up to has lost some, the rest has not', async () => {
  const { receipt, file, behind } = bed();
  await receipt({ [name(hour(5))]: 3, [name(hour(4))]: 3, [name(hour(3))]: 3 });
  await receipt({ [name(hour(4))]: 2 });
  await file(hour(5), 3);
  await file(hour(4), 3);
  await file(hour(4), 1);
  expect(await behind()).toEqual([hour(3), hour(4)]);
  await file(hour(4), 1);
  expect(await behind()).toEqual([hour(3)]);
});

test('in Iceberg format a day that has fewer rows than the receipts of its hours add up to has lost some', async () => {
  const { objects, receipt } = bed();
  const lake: OfflineTable = { database: 'service', table: 'airports', location: offline.location, tableFormat: 'iceberg' };
  const file = (name: string, day: string, rows: number) =>
    objects.put(
      'offline',
      `feature-store/airports/data/${name}/event_time_trunc=${day}/part.parquet`,
      writeParquet([{ name: 'entity_key', type: 'STRING', data: Array.from({ length: rows }, (_, at) => `A${at}`) }]),
    );
  await receipt({ [name(hour(5))]: 3, [name(hour(4))]: 3, [name(hour(30))]: 2 });
  await file('aaaaaaaa', '2026-01-30', 2);
  await file('bbbbbbbb', '2026-01-31', 5);
  const lost = () => hoursBehindReceipts({ objects, ledger: 'ledger' }, { group: 'airports', offline: lake }, SETTLED_MS);
  expect(await lost()).toEqual([Date.UTC(2026, 0, 31)]);
  await file('cccccccc', '2026-01-31', 1);
  expect(await lost()).toEqual([]);
  const isLost = await findLostHours(objects, lake, [hour(58), hour(59), hour(2), hour(3)], []);
  expect([hour(60), hour(62), hour(2)].map((timeMs) => isLost(BigInt(timeMs) * NS_PER.ms))).toEqual([true, false, false]);
});

test.each([
  { why: 'rows that are stored twice', stored: 7, changes: {} },
  { why: 'a receipt younger than the first look', stored: 0, changes: { sealedAt: new Date(SETTLED_MS + 1).toISOString() } },
  { why: 'a receipt of another group', stored: 0, changes: { group: 'routes' } },
  { why: 'a receipt that tells no hours apart', stored: 0, changes: { hours: undefined } },
])('$why: nothing is lost', async ({ stored, changes }) => {
  const { receipt, file, behind } = bed();
  await receipt({ [name(hour(5))]: 3 }, changes);
  if (stored > 0) await file(hour(5), stored);
  expect(await behind()).toEqual([]);
});

test('two witnesses of an hour without a file make it lost, one does not, and neither do any where there is one', async () => {
  const { objects, file } = bed();
  await file(hour(2), 1);
  const times = [hour(4), hour(4) + 1, hour(3), hour(2), hour(2)];
  const isLost = await findLostHours(objects, offline, times, [hour(9)]);
  const lost = [hour(4), hour(3), hour(2), hour(9)].filter((timeMs) => isLost(BigInt(timeMs) * NS_PER.ms));
  expect(lost).toEqual([hour(4), hour(9)]);
});
