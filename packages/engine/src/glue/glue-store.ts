/** The Glue Data Catalog as rows of SQLite. Names are lower case; a write is durable when the call returns. */
import { join } from 'node:path';
import type { PartitionInput, TableInput } from '@aws-sdk/client-glue';
import Database from 'better-sqlite3';
import { AwsError } from '../wire/aws-error.ts';

export interface TableRecord {
  readonly database: string;
  readonly name: string;
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly input: TableInput;
}

export interface PartitionRecord {
  readonly values: readonly string[];
  readonly createdMs: number;
  readonly input: PartitionInput;
}

export interface DatabaseRecord {
  readonly name: string;
  readonly createdMs: number;
  readonly description: string | undefined;
  readonly locationUri: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What Athena uses of the catalogue, and what the Glue service is a wire for. */
export interface GlueStore {
  database(name: string): DatabaseRecord | undefined;
  databases(): DatabaseRecord[];
  /** @throws AlreadyExistsException */
  createDatabase(database: Omit<DatabaseRecord, 'createdMs'>): void;
  /** The database, its tables and their partitions; S3 is left as it is. */
  dropDatabase(name: string): void;
  table(database: string, name: string): TableRecord | undefined;
  /** In order of name. */
  tables(database: string): TableRecord[];
  /** @throws AlreadyExistsException, EntityNotFoundException (database) */
  createTable(database: string, input: TableInput): void;
  /** @throws EntityNotFoundException */
  replaceTable(database: string, input: TableInput): void;
  /** The table and its partitions; S3 is left as it is. @throws EntityNotFoundException */
  dropTable(database: string, name: string): void;
  /** In order of their values. */
  partitions(database: string, table: string): PartitionRecord[];
  /** False when a partition with these values exists. */
  addPartition(database: string, table: string, input: PartitionInput): boolean;
  /** False when there is none with these values. */
  dropPartition(database: string, table: string, values: readonly string[]): boolean;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS databases (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS tables (
    database TEXT NOT NULL REFERENCES databases, name TEXT NOT NULL, version INTEGER NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, input TEXT NOT NULL, PRIMARY KEY (database, name)) STRICT;
  CREATE TABLE IF NOT EXISTS partitions (
    database TEXT NOT NULL, name TEXT NOT NULL, partition_values TEXT NOT NULL, created_ms INTEGER NOT NULL, input TEXT NOT NULL,
    PRIMARY KEY (database, name, partition_values),
    FOREIGN KEY (database, name) REFERENCES tables ON DELETE CASCADE) STRICT;`;

export const databaseNotFound = (name: string) => new AwsError('EntityNotFoundException', `Database ${name} not found.`);
export const tableNotFound = (name: string) => new AwsError('EntityNotFoundException', `Entity Not Found: table ${name}`);

interface TableRow {
  database: string;
  name: string;
  version: number;
  created_ms: number;
  updated_ms: number;
  input: string;
}

const tableRecord = (row: TableRow): TableRecord => ({
  database: row.database,
  name: row.name,
  version: row.version,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
  input: JSON.parse(row.input) as TableInput,
});

export function createGlueStore(dataDir: string, nowMs: () => number): GlueStore {
  const db = new Database(join(dataDir, 'glue.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.exec(SCHEMA);

  const selectDatabase = db.prepare<[string], { record: string }>('SELECT record FROM databases WHERE name = ?');
  const selectTable = db.prepare<[string, string], TableRow>('SELECT * FROM tables WHERE database = ? AND name = ?');

  const store: GlueStore = {
    database(name) {
      const row = selectDatabase.get(name.toLowerCase());
      return row && (JSON.parse(row.record) as DatabaseRecord);
    },
    databases: () =>
      db
        .prepare<[], { record: string }>('SELECT record FROM databases ORDER BY name')
        .all()
        .map((row) => JSON.parse(row.record) as DatabaseRecord),
    createDatabase(database) {
      const name = database.name.toLowerCase();
      if (store.database(name)) throw new AwsError('AlreadyExistsException', `Database already exists: ${name}`);
      const record: DatabaseRecord = { ...database, name, createdMs: nowMs() };
      db.prepare('INSERT INTO databases VALUES (?, ?)').run(name, JSON.stringify(record));
    },
    dropDatabase: db.transaction((name: string) => {
      db.prepare('DELETE FROM tables WHERE database = ?').run(name.toLowerCase());
      db.prepare('DELETE FROM databases WHERE name = ?').run(name.toLowerCase());
    }),
    table(database, name) {
      const row = selectTable.get(database.toLowerCase(), name.toLowerCase());
      return row && tableRecord(row);
    },
    tables: (database) =>
      db
        .prepare<[string], TableRow>('SELECT * FROM tables WHERE database = ? ORDER BY name')
        .all(database.toLowerCase())
        .map(tableRecord),
    createTable(database, input) {
      const lower = database.toLowerCase();
      const name = (input.Name ?? '').toLowerCase();
      if (!store.database(lower)) throw databaseNotFound(lower);
      if (store.table(lower, name)) throw new AwsError('AlreadyExistsException', `Table already exists: ${name}`);
      const now = nowMs();
      db.prepare('INSERT INTO tables VALUES (?, ?, 0, ?, ?, ?)').run(lower, name, now, now, JSON.stringify(input));
    },
    replaceTable(database, input) {
      const name = (input.Name ?? '').toLowerCase();
      const done = db
        .prepare('UPDATE tables SET version = version + 1, updated_ms = ?, input = ? WHERE database = ? AND name = ?')
        .run(nowMs(), JSON.stringify(input), database.toLowerCase(), name);
      if (done.changes === 0) throw tableNotFound(name);
    },
    dropTable(database, name) {
      const done = db
        .prepare('DELETE FROM tables WHERE database = ? AND name = ?')
        .run(database.toLowerCase(), name.toLowerCase());
      if (done.changes === 0) throw tableNotFound(name.toLowerCase());
    },
    partitions: (database, table) =>
      db
        .prepare<[string, string], { partition_values: string; created_ms: number; input: string }>(
          'SELECT partition_values, created_ms, input FROM partitions WHERE database = ? AND name = ? ORDER BY partition_values',
        )
        .all(database.toLowerCase(), table.toLowerCase())
        .map((row) => ({
          values: JSON.parse(row.partition_values) as string[],
          createdMs: row.created_ms,
          input: JSON.parse(row.input) as PartitionInput,
        })),
    addPartition(database, table, input) {
      const done = db
        .prepare('INSERT OR IGNORE INTO partitions VALUES (?, ?, ?, ?, ?)')
        .run(database.toLowerCase(), table.toLowerCase(), JSON.stringify(input.Values ?? []), nowMs(), JSON.stringify(input));
      return done.changes === 1;
    },
    dropPartition(database, table, values) {
      const done = db
        .prepare('DELETE FROM partitions WHERE database = ? AND name = ? AND partition_values = ?')
        .run(database.toLowerCase(), table.toLowerCase(), JSON.stringify(values));
      return done.changes === 1;
    },
    close: () => void db.close(),
  };
  return store;
}
