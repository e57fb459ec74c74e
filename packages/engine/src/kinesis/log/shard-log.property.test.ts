import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFolderSync } from '../../s3/storage/folder-sync.ts';
import type { LogRecord } from './frame.ts';
import { openShardLog, type ShardLog } from './shard-log.ts';

const recordOf = (at: number, sizeBytes: number): LogRecord => ({
  storedMs: 1_000 + at * 10,
  arrivalMs: 1_000 + at * 10,
  partitionKey: `key-${at}-ü`,
  data: Buffer.alloc(sizeBytes, at),
});

function readAll(log: ShardLog, from = 1): LogRecord[] {
  const records: LogRecord[] = [];
  log.visit(from, (record) => records.push(record) > 0);
  return records;
}

const keys = (records: readonly LogRecord[]) => records.map(({ partitionKey, data }) => `${partitionKey} ${data.length}`);

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-shard-log-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sizes = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 40 });

test('records come back by ordinal and by time, over files of any size and a restart', () =>
  fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 100, max: 4_000 }), fc.nat(), (sizesBytes, segmentBytes, from) =>
      withFolder(async (folder) => {
        const options = { folder, segmentBytes, folders: createFolderSync(), log: () => {} };
        const first = openShardLog(options);
        const written = sizesBytes.map((size, at) => recordOf(at, size));
        const ordinals = await Promise.all(written.map((record) => first.append([record])));
        expect(ordinals.map(({ firstOrdinal }) => firstOrdinal)).toEqual(written.map((_, at) => at + 1));
        await first.close();
        for (const log of [first, openShardLog(options)]) {
          const at = from % written.length;
          expect(keys(readAll(log))).toEqual(keys(written));
          expect(keys(readAll(log, at + 1))).toEqual(keys(written.slice(at)));
          expect(log.ordinalAt(1_000 + at * 10)).toBe(at + 1);
          expect(log.ordinalAt(1_000 + at * 10 + 1)).toBe(at + 2);
          expect(log.lastStoredMs()).toBe(1_000 + (written.length - 1) * 10);
        }
      }),
    ),
    { numRuns: 60 },
  ));

test('a tail that was torn or overwritten is cut at the last whole record, and the log goes on from there', () =>
  fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000),
      fc.constantFrom('cut', 'flip', 'zeros', 'noise'),
      (sizesBytes, where, damage) =>
        withFolder(async (folder) => {
          const options = { folder, segmentBytes: 1_500, folders: createFolderSync(), log: () => {} };
          const before = openShardLog(options);
          const written = sizesBytes.map((size, at) => recordOf(at, size));
          for (const record of written) await before.append([record]);
          await before.close();

          const file = join(folder, readdirSync(folder).sort().at(-1) as string);
          const bytes = readFileSync(file);
          const at = Math.floor(where * bytes.length);
          if (damage === 'cut') truncateSync(file, at);
          else if (damage === 'flip') writeFileSync(file, bytes.with(at, (bytes[at] as number) ^ 0xff));
          else
            writeFileSync(
              file,
              Buffer.concat([bytes, damage === 'zeros' ? Buffer.alloc(50) : Buffer.from('half a frame'.repeat(4))]),
            );

          const after = openShardLog(options);
          const kept = readAll(after);
          const isWhole = damage === 'zeros' || damage === 'noise';
          expect(keys(kept)).toEqual(keys(written.slice(0, kept.length)));
          expect(after.end()).toBe(kept.length + 1);
          expect(kept.length === written.length).toBe(isWhole);
          await after.append([recordOf(99, 7)]);
          await after.close();
          expect(keys(readAll(openShardLog(options)))).toEqual(keys([...kept, recordOf(99, 7)]));
        }),
    ),
    { numRuns: 80 },
  ));

test('a write that fails is told to all who wait, and what comes after is whole', () =>
  withFolder(async (folder) => {
    const log = openShardLog({ folder, segmentBytes: 10, folders: createFolderSync(), log: () => {} });
    await log.append([recordOf(0, 50)]);
    rmSync(folder, { recursive: true });
    const failed = await Promise.allSettled([log.append([recordOf(1, 5)]), log.append([recordOf(2, 5)])]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(log.end()).toBe(2);
    expect(log.isWriting()).toBe(false);
    mkdirSync(folder);
    expect(await log.append([recordOf(3, 5)])).toEqual({ firstOrdinal: 2 });
    expect(keys(readAll(log, 2))).toEqual(keys([recordOf(3, 5)]));
    await log.close();
  }));

test('files whose records are all too old are removed', () =>
  withFolder(async (folder) => {
    const log = openShardLog({ folder, segmentBytes: 200, folders: createFolderSync(), log: () => {} });
    for (let at = 0; at < 20; at += 1) await log.append([recordOf(at, 50)]);
    const sizeBefore = readdirSync(folder).length;
    log.trim(1_100);
    expect(readdirSync(folder).length).toBeLessThan(sizeBefore);
    expect(log.first()).toBeLessThanOrEqual(11);
    expect(keys(readAll(log, 11))).toEqual(keys(Array.from({ length: 10 }, (_, at) => recordOf(at + 10, 50))));
    log.trim(10_000);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(statSync(join(folder, readdirSync(folder)[0] as string)).size).toBeGreaterThan(0);
    await log.close();
  }));
