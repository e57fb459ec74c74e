/**
 * One SQLite file for groups, online records and replication entries, so that a record and the promise to bring it to
 * the offline store commit together. WAL with synchronous FULL: what was answered survives a power loss.
 *
 * - `online`: the newest record of each id. `record` is the JSON text of the answer's Record array, NULL in a tombstone.
 *   The event time is whole seconds and nanoseconds; `expires_s` stands beside the same nanoseconds.
 * - `replication`: rows on their way to S3, many in one entry: a JSON list of
 *   `[api invocation ms, is deleted 0|1, value per definition…]`.
 * - `flush`: what one drain takes, written down before its first file (see offline/).
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

export type FeatureStoreDatabase = Database.Database;

const schema = `
  CREATE TABLE IF NOT EXISTS feature_group (id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS online (
    group_id INTEGER NOT NULL, record_id TEXT NOT NULL, et_s INTEGER NOT NULL, et_ns INTEGER NOT NULL, expires_s INTEGER, record TEXT,
    PRIMARY KEY (group_id, record_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS replication (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, lane INTEGER NOT NULL, arrived_ms INTEGER NOT NULL,
    chars INTEGER NOT NULL, rows TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS replication_lane ON replication (group_id, lane, seq, arrived_ms, chars);
  CREATE TABLE IF NOT EXISTS flush (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, lane INTEGER NOT NULL, first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, write_ms INTEGER NOT NULL, stored INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS purge (group_id INTEGER PRIMARY KEY);
`;

const CACHE_KIB = 64 * 1024;
const MMAP_BYTES = 8 * 1024 ** 3;

export function databaseFile(dataDir: string): string {
  return `${dataDir}/feature-store/feature-store.sqlite`;
}

export function openFeatureStoreDatabase(dataDir: string): FeatureStoreDatabase {
  const file = databaseFile(dataDir);
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  database.pragma(`mmap_size = ${MMAP_BYTES}`);
  database.pragma('wal_autocheckpoint = 4000');
  database.pragma('busy_timeout = 10000');
  database.exec(schema);
  return database;
}
