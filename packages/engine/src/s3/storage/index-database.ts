import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * The index: which versions exist and which is the latest. A row here is what makes an object exist; a file without a
 * row is debris. The outbox lies in the same database, so that an object and its notifications commit together.
 * `key` is TEXT under the BINARY collation, which orders by UTF-8 bytes as S3's listings do.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bucket (
    name TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    versioning TEXT NOT NULL CHECK (versioning IN ('Off', 'Enabled', 'Suspended')),
    policy TEXT,
    notification TEXT
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS version (
    id INTEGER PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    latest INTEGER NOT NULL,
    delete_marker INTEGER NOT NULL,
    file TEXT,
    size_bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    tags TEXT
  );
  CREATE UNIQUE INDEX IF NOT EXISTS version_identity ON version (bucket, key, version_id);
  CREATE UNIQUE INDEX IF NOT EXISTS version_latest ON version (bucket, key) WHERE latest = 1;

  CREATE TABLE IF NOT EXISTS upload (
    upload_id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    tags TEXT,
    checksum_algorithm TEXT,
    checksum_type TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS upload_order ON upload (bucket, key, upload_id);

  CREATE TABLE IF NOT EXISTS part (
    upload_id TEXT NOT NULL REFERENCES upload ON DELETE CASCADE,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksum TEXT,
    PRIMARY KEY (upload_id, number)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY,
    due_ms INTEGER NOT NULL,
    function_arn TEXT NOT NULL,
    event TEXT NOT NULL
  );

  CREATE TABLE IF NOT EXISTS sequence (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), reserved INTEGER NOT NULL);
  INSERT OR IGNORE INTO sequence VALUES (1, 0);
`;

export type IndexDatabase = Database.Database;

export function openIndexDatabase(folder: string): IndexDatabase {
  const database = new Database(join(folder, 'index.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.exec(SCHEMA);
  return database;
}

const NUMBERS_A_RUN = 1_000_000_000;

/**
 * Strictly growing numbers, also over restarts: a run reserves its whole range when it opens the index, before and
 * outside of every transaction, so that no rollback can give a number out twice.
 */
export function createSequence(database: IndexDatabase): () => number {
  const row = database
    .prepare<[number], { reserved: number }>('UPDATE sequence SET reserved = reserved + ? RETURNING reserved')
    .get(NUMBERS_A_RUN);
  const end = row?.reserved as number;
  let next = end - NUMBERS_A_RUN + 1;
  return () => {
    if (next > end) throw new RangeError('the S3 index has used up the numbers of this run: restart the engine');
    return next++;
  };
}
