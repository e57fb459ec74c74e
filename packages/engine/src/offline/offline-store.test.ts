import { BatchWriteRecordCommand } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  copyDataDir,
  type Harness,
  type HarnessOptions,
  removeDataDir,
  startHarness,
  values,
} from '../featurestore/feature-store.fixture.ts';

const opened: Harness[] = [];
const folders: string[] = [];
const start = async (options: HarnessOptions = {}) => {
  const harness = await startHarness(options);
  opened.push(harness);
  folders.push(harness.context.dataDir);
  return harness;
};
afterEach(async () => {
  for (const harness of opened.splice(0)) await harness.close();
  for (const folder of folders.splice(0)) removeDataDir(folder);
});

const never = { offlineDelayMs: [3_600_000, 7_200_000] as const, offlineQuietMs: Number.POSITIVE_INFINITY };
const HOUR_MS = 3_600_000;
const midnight = Date.UTC(2024, 0, 1);

async function write(harness: Harness, count: number, hours: number, prefix = 'r', FeatureGroupName = 'drained') {
  for (let start = 0; start < count; start += 25) {
    const Entries = Array.from({ length: Math.min(25, count - start) }, (_, index) => {
      const number = start + index;
      const at = new Date(midnight + (number % hours) * HOUR_MS + number).toISOString();
      return {
        FeatureGroupName,
        Record: values({ id: `${prefix}${number}`, at, count: String(number), share: '1e-3' }),
      };
    });
    expect((await harness.runtime.send(new BatchWriteRecordCommand({ Entries }))).Errors).toEqual([]);
  }
}
const countRows = async (harness: Harness) =>
  (await harness.offlineRows('SELECT count(*)::INT AS total, count(DISTINCT id)::INT AS ids FROM offline'))[0];

test('in Iceberg format a file a day of event time, in a folder of its own, under the same names when a flush is done again', async () => {
  const harness = await start({ settings: never });
  await harness.createGroup('drained', {
    OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://lake/features' }, TableFormat: 'Iceberg' },
  });
  await write(harness, 100, 30);
  await harness.drainNow();
  const keys = [...harness.objects.keys()].map((key) => key.replace(/^.*\/drained-\d+\//, ''));
  expect(keys.map((key) => key.replace(/^data\/\w{8}\//, 'data/*/').replace(/_\w{16}\./, '_*.')).sort()).toEqual([
    'data/*/at_trunc=2024-01-01/20240101T230000Z_*.parquet',
    'data/*/at_trunc=2024-01-02/20240102T050000Z_*.parquet',
  ]);
  expect(new Set(keys.map((key) => key.split('/')[1])).size).toBe(2);
  expect(await countRows(harness)).toEqual({ total: 100, ids: 100 });
});

test('one file an hour of event time, named by its latest event time, with the typed columns in order', async () => {
  const harness = await start({ settings: never });
  await harness.createGroup('drained');
  await write(harness, 50, 2);
  await harness.drainNow();
  const prefix = 'lake/features/123456789012/sagemaker/eu-central-1/offline-store/drained-';
  expect([...harness.objects.keys()].every((key) => key.startsWith(prefix))).toBe(true);
  expect([...harness.objects.keys()].map((key) => key.replace(/^.*\/data\//, '').replace(/_\w{16}\./, '_*.'))).toEqual([
    'year=2024/month=01/day=01/hour=00/20240101T000000Z_*.parquet',
    'year=2024/month=01/day=01/hour=01/20240101T010000Z_*.parquet',
  ]);
  expect(await harness.offlineRows("SELECT column_name || ' ' || column_type AS c FROM (DESCRIBE offline)")).toEqual(
    [
      'id VARCHAR',
      'at VARCHAR',
      'count BIGINT',
      'share DOUBLE',
      'note VARCHAR',
      'write_time TIMESTAMP',
      'api_invocation_time TIMESTAMP',
      'is_deleted BOOLEAN',
    ].map((c) => ({ c })),
  );
  expect(
    await harness.offlineRows(
      'SELECT count(*)::INT AS n FROM offline WHERE write_time >= api_invocation_time AND share = 0.001 AND note IS NULL AND NOT is_deleted',
    ),
  ).toEqual([{ n: 50 }]);
});

test('a first flush of one file has an empty companion', async () => {
  const harness = await start({ settings: never });
  await harness.createGroup('drained');
  await write(harness, 3, 1);
  await harness.drainNow();
  expect(harness.objects.size).toBe(2);
  expect(await countRows(harness)).toEqual({ total: 3, ids: 3 });
});

test('rows wait for the offline delay in the engine’s time, then go together', async () => {
  let arrived: () => void = () => {};
  const harness = await start({ settings: never, beforeS3: (step) => step === 'list' && arrived() });
  await harness.createGroup('drained');
  await write(harness, 30, 1);
  harness.context.clock.advance(HOUR_MS);
  expect(harness.objects.size).toBe(0);
  const flushed = new Promise<void>((resolve) => (arrived = resolve));
  harness.context.clock.advance(HOUR_MS);
  await flushed;
  await harness.drainNow();
  expect(harness.objects.size).toBe(2);
  expect(await countRows(harness)).toEqual({ total: 30, ids: 30 });
});

test('while records of any group come rows wait; when none have come for a while all are brought', async () => {
  let arrived: () => void = () => {};
  const harness = await start({
    settings: { offlineDelayMs: [1_000, HOUR_MS], offlineQuietMs: 60_000 },
    beforeS3: (step) => step === 'list' && arrived(),
  });
  await harness.createGroup('drained');
  await harness.createGroup('busy');
  for (const [prefix, group] of [
    ['a', 'drained'],
    ['b', 'busy'],
    ['c', 'busy'],
  ] as const) {
    await write(harness, 5, 1, prefix, group);
    harness.context.clock.advance(50_000);
    await harness.idle();
    expect(harness.objects.size).toBe(0);
  }
  const flushed = new Promise<void>((resolve) => (arrived = resolve));
  harness.context.clock.advance(10_000);
  await flushed;
  await harness.idle();
  expect(await countRows(harness)).toEqual({ total: 15, ids: 15 });
});

test('while records go on coming rows wait no longer than the longest delay', async () => {
  const harness = await start({ settings: { offlineDelayMs: [1_000, 120_000], offlineQuietMs: 60_000 } });
  await harness.createGroup('drained');
  await harness.createGroup('busy');
  await write(harness, 5, 1);
  for (const prefix of ['a', 'b', 'c']) {
    harness.context.clock.advance(40_000);
    await harness.idle();
    await write(harness, 5, 1, prefix, 'busy');
  }
  await vi.waitFor(() => expect([...harness.objects.keys()].some((key) => key.includes('/drained-'))).toBe(true));
  expect([...harness.objects.keys()].some((key) => key.includes('/busy-'))).toBe(false);
});

test('several files an hour, doubled rows and whole-second invocation times, as the harsh profile asks', async () => {
  const harness = await start({
    settings: { ...never, offlineFilesPerHour: 3, offlineDuplicateShare: 0.2, invocationTimePrecision: 'second' },
  });
  await harness.createGroup('drained');
  await write(harness, 300, 1);
  await harness.drainNow();
  // A file for each of three lanes, and the companion of the first one's flush.
  expect(harness.objects.size).toBe(4);
  const rows = (await countRows(harness)) as { total: number; ids: number };
  expect(rows.ids).toBe(300);
  expect(rows.total).toBeGreaterThan(320);
  expect(rows.total).toBeLessThan(400);
  expect(
    await harness.offlineRows(
      "SELECT count(*)::INT AS n FROM offline WHERE api_invocation_time <> date_trunc('second', api_invocation_time)",
    ),
  ).toEqual([{ n: 0 }]);
});

describe('a drain that is interrupted loses no row and doubles none', () => {
  test.each([
    ['before the first file', 'adopt', 1],
    ['between two files', 'adopt', 4],
    ['after the last file, before it is written down', 'list', 2],
  ] as const)('%s, by a failure of S3', async (_why, at, times) => {
    let uses = 0;
    let broken = true;
    const harness = await start({
      settings: never,
      beforeS3: (step) => {
        if (broken && step === at && ++uses === times) throw new Error('S3 is away');
      },
    });
    await harness.createGroup('drained');
    await write(harness, 60, 6);
    await expect(harness.drainNow()).rejects.toThrow('S3 is away');
    broken = false;
    await write(harness, 60, 6, 'later');
    await harness.drainNow();
    expect(await countRows(harness)).toEqual({ total: 120, ids: 120 });
    expect(harness.logged.join()).toContain('is tried again');
  });

  test.each([
    ['between two files', 'adopt', 4],
    ['after the last file, before it is written down', 'list', 2],
  ] as const)('%s, by a kill', async (_why, at, times) => {
    let uses = 0;
    const harness = await start({
      settings: never,
      beforeS3: (step) => {
        if (step === at && ++uses === times) throw new Error('killed');
      },
    });
    await harness.createGroup('drained');
    await write(harness, 60, 6);
    await expect(harness.drainNow()).rejects.toThrow('killed');
    const filesBefore = harness.objects.size;
    const survivor = await start({
      dataDir: copyDataDir(harness.context.dataDir),
      objects: harness.objects,
      tables: harness.tables,
      settings: never,
    });
    survivor.context.clock.advance(1000);
    await write(survivor, 60, 6, 'later');
    await survivor.drainNow();
    expect(filesBefore).toBeGreaterThan(0);
    expect(await countRows(survivor)).toEqual({ total: 120, ids: 120 });
  });

  test('after it was written down, before its entries are gone', async () => {
    const harness = await start({ settings: never });
    await harness.createGroup('drained');
    await write(harness, 60, 6);
    const killed = copyDataDir(harness.context.dataDir);
    await harness.drainNow();
    // The same flush as the first process made, at the point where its files are there and its entries too.
    const database = new Database(`${killed}/feature-store/feature-store.sqlite`);
    database.exec(`INSERT INTO flush (group_id, lane, first_seq, last_seq, write_ms, stored)
      SELECT group_id, lane, min(seq), max(seq), 0, 1 FROM replication GROUP BY group_id, lane`);
    database.close();
    const survivor = await start({ dataDir: killed, objects: harness.objects, tables: harness.tables, settings: never });
    await survivor.drainNow();
    expect(await countRows(survivor)).toEqual({ total: 60, ids: 60 });
  });
});

test('what a killed process has acknowledged is there after a restart, online and offline', async () => {
  const harness = await start({ settings: never });
  await harness.createGroup('drained');
  await write(harness, 50, 2);
  const survivor = await start({ dataDir: copyDataDir(harness.context.dataDir), settings: never });
  await survivor.drainNow();
  expect(await countRows(survivor)).toEqual({ total: 50, ids: 50 });
});
