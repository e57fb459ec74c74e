import Database from 'better-sqlite3';

/** A stream without its records, as it is kept. */
export interface StreamRow {
  readonly id: number;
  readonly name: string;
  readonly createdMs: number;
  readonly retentionHours: number;
  /** Records stored before this are gone, however long the retention has become since. */
  readonly goneBeforeMs: number;
  readonly encryptionKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly shards: readonly ShardRow[];
}

export interface ShardRow {
  readonly index: number;
  /** Decimal. */
  readonly range: { readonly start: string; readonly end: string };
  readonly epochMs: number;
  readonly parents: readonly number[];
  readonly closedMs?: number;
}

/** A stream's row is written as a whole, so that a split or merge is one commit. Durable when a call returns. */
export interface StreamTable {
  all(): StreamRow[];
  /** Ids are never used again. */
  add(row: Omit<StreamRow, 'id'>): number;
  save(row: StreamRow): void;
  remove(id: number): void;
  close(): void;
}

export function openStreamTable(file: string): StreamTable {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS stream (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT');
  const all = db.prepare('SELECT id, body FROM stream ORDER BY id');
  const add = db.prepare('INSERT INTO stream (body) VALUES (?)');
  const save = db.prepare('UPDATE stream SET body = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM stream WHERE id = ?');
  return {
    all: () => (all.all() as { id: number; body: string }[]).map(({ id, body }) => ({ ...JSON.parse(body), id })),
    add: (row) => Number(add.run(JSON.stringify(row)).lastInsertRowid),
    save: (row) => void save.run(JSON.stringify(row), row.id),
    remove: (id) => void remove.run(id),
    close: () => void db.close(),
  };
}
