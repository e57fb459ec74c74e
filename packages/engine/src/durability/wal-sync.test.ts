import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWalSync, type WalSync } from './wal-sync.ts';

let folder: string;
let database: Database.Database;
let disk: WalSync;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'tidemark-wal-'));
  database = new Database(join(folder, 'a.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE t (x)');
  disk = createWalSync(database);
});
afterEach(() => {
  disk.close();
  database.close();
  fs.rmSync(folder, { recursive: true });
});

const synchronous = () => database.pragma('synchronous', { simple: true });

test('a transaction runs without a flush of its own; every other one keeps it', () => {
  expect(disk.unflushed(synchronous)).toBe(1);
  expect(synchronous()).toBe(2);
  expect(() =>
    disk.unflushed(() => {
      throw new Error('refused');
    }),
  ).toThrow('refused');
  expect(synchronous()).toBe(2);
});

test('what was flushed is read back from a copy of the files taken at that moment', async () => {
  disk.unflushed(() => database.exec('INSERT INTO t VALUES (7)'));
  await disk.flush();
  for (const suffix of ['', '-wal']) fs.copyFileSync(join(folder, `a.sqlite${suffix}`), join(folder, `b.sqlite${suffix}`));
  const copy = new Database(join(folder, 'b.sqlite'));
  expect(copy.prepare('SELECT x FROM t').pluck().all()).toEqual([7]);
  copy.close();
});

test('a flush begins after the call; callers that come while one runs share the next', async () => {
  disk.unflushed(() => database.exec('INSERT INTO t VALUES (1)'));
  await disk.flush();
  const order: string[] = [];
  const first = disk.flush().then(() => order.push('first'));
  await Promise.resolve();
  const second = disk.flush();
  const third = disk.flush();
  expect(third).toBe(second);
  await Promise.all([first, second.then(() => order.push('second'))]);
  expect(order).toEqual(['first', 'second']);
});
