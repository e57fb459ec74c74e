/** SQLite alone, with the pragmas that a store of record needs: what reading and writing these records costs at least. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Measured, measure } from '../harness/measure.ts';

export interface StoredRecord {
  readonly id: string;
  readonly record: string;
}

export function openRecords(dir: string, records: readonly StoredRecord[]) {
  const database = new Database(join(dir, 'peer.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID');
  const put = database.prepare('INSERT INTO record VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record');
  const get = database.prepare('SELECT record FROM record WHERE id = ?').pluck();
  const putAll = database.transaction((batch: readonly StoredRecord[]) => {
    for (const { id, record } of batch) put.run(id, record);
  });
  putAll(records);
  return {
    /** Reads records by key, `perRequest` at a time; answers requests a second. */
    read(perRequest: number, seconds: number): { perSecond: number } {
      const untilMs = performance.now() + seconds * 1_000;
      const startedMs = performance.now();
      let requests = 0;
      for (let at = 0; performance.now() < untilMs; requests++) {
        for (let i = 0; i < perRequest; i++) get.get(records[at++ % records.length]?.id);
      }
      return { perSecond: requests / ((performance.now() - startedMs) / 1_000) };
    },
    /** Writes all records in transactions of 25 rows, each on disk before the next. */
    write: (): Promise<Measured<void>> =>
      measure(() => {
        for (let at = 0; at < records.length; at += 25) putAll(records.slice(at, at + 25));
      }),
    close: () => database.close(),
  };
}
