import { expect, test } from 'vitest';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { OfflineTable } from './catalogue.ts';
import { type EventSpan, historyFiles, hourFolder, partitionFolder, partitionStartMs, sumBytes } from './history-files.ts';
import { historyTable } from './history-table.ts';

const place = { database: 'service', table: 'trips_1', location: 's3://offline/trips-1/data' };
const glue: OfflineTable = { ...place, projectedDatabase: 'own', projectedTable: 'trips' };
const iceberg: OfflineTable = { ...place, tableFormat: 'iceberg' };
const at = (text: string) => Date.parse(text);
const FIRST = at('2001-02-28T23:00:00Z');
const HOUR_MS = 3_600_000;

/** A file of so many bytes for each hour, and one that is no part of the history. */
async function stored(offline: OfflineTable, hours: readonly number[]) {
  const objects = createMemoryObjectStore();
  for (const [index, hourMs] of hours.entries()) {
    const folder =
      offline === iceberg
        ? `Zq3k9aB${index}/event_time_trunc=${new Date(hourMs).toISOString().slice(0, 10)}/`
        : hourFolder(hourMs);
    const name = `${new Date(hourMs + 60_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z_0123456789abcdef.parquet`;
    await objects.put('offline', `trips-1/data/${folder}${name}`, 'x'.repeat(10 ** index));
  }
  await objects.put('offline', 'trips-1/metadata/00000-1.metadata.json', 'x'.repeat(7));
  return objects;
}

const hours = [FIRST, FIRST + HOUR_MS, FIRST + 25 * HOUR_MS];
test.each<{ why: string; offline: OfflineTable; span: EventSpan; bytes: number }>([
  { why: 'everything, in Glue format', offline: glue, span: { fromMs: undefined, toMs: at('9999-01-01') }, bytes: 111 },
  { why: 'one hour', offline: glue, span: { fromMs: FIRST, toMs: FIRST + HOUR_MS }, bytes: 1 },
  { why: 'the hours that two instants lie in', offline: glue, span: { fromMs: FIRST + 1, toMs: FIRST + HOUR_MS + 1 }, bytes: 11 },
  { why: 'more days than are listed one by one', offline: glue, span: { fromMs: 0, toMs: FIRST + 2 * HOUR_MS }, bytes: 11 },
  { why: 'everything, in Iceberg format', offline: iceberg, span: { fromMs: undefined, toMs: at('9999-01-01') }, bytes: 111 },
  { why: 'the day of an hour', offline: iceberg, span: { fromMs: FIRST, toMs: FIRST + HOUR_MS }, bytes: 1 },
  { why: 'the days that two instants lie in', offline: iceberg, span: { fromMs: FIRST, toMs: FIRST + HOUR_MS + 1 }, bytes: 11 },
])('files of a span: $why', async ({ offline, span, bytes }) => {
  expect(await sumBytes(historyFiles(await stored(offline, hours), offline, span))).toBe(bytes);
});

test.each([
  { why: 'an hour', offline: glue, fromMs: FIRST, toMs: FIRST + HOUR_MS },
  { why: 'a day', offline: iceberg, fromMs: at('2001-02-28'), toMs: at('2001-03-01') },
])('a file holds $why and is named by its latest event time', async ({ offline, fromMs, toMs }) => {
  const objects = await stored(offline, [FIRST]);
  for await (const file of historyFiles(objects, offline, { fromMs: undefined, toMs: at('2002-01-01') }))
    expect(file).toMatchObject({ bucket: 'offline', sizeBytes: 1, fromMs, toMs, latestMs: FIRST + 60_000 });
  expect(partitionStartMs(offline, FIRST + 1)).toBe(fromMs);
});

test('where to look for an event time', () => {
  expect(partitionFolder(glue, FIRST)).toBe('s3://offline/trips-1/data/year=2001/month=02/day=28/hour=23/');
  expect(partitionFolder(iceberg, FIRST)).toBe('s3://offline/trips-1/data/*/event_time_trunc=2001-02-28/');
});

test('only a bounded query of a Glue history goes through the projected table', () => {
  const own = { table: { database: 'service', name: 'trips_1' }, partitioned: false };
  expect(historyTable(glue, { bounded: true })).toEqual({ table: { database: 'own', name: 'trips' }, partitioned: true });
  expect(historyTable(glue, { bounded: false })).toEqual(own);
  expect(historyTable(iceberg, { bounded: true })).toEqual(own);
  expect(historyTable(iceberg, { bounded: false })).toEqual(own);
});
