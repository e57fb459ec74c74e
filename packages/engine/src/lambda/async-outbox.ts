import Database from 'better-sqlite3';

/** An asynchronous invocation that is not settled yet. */
export interface AcceptedInvocation {
  readonly id: number;
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  /** How many attempts have failed. */
  readonly failures: number;
  readonly dueMs: number;
  readonly acceptedMs: number;
}

/** Asynchronous invocations, durable from `add` to `remove`: WAL with FULL, so a commit survives a power cut. */
export interface AsyncOutbox {
  add(requestId: string, functionName: string, payload: string, nowMs: number): number;
  get(id: number): AcceptedInvocation | undefined;
  /** In the order of their acceptance. */
  pending(functionName: string): { id: number; dueMs: number }[];
  postpone(id: number, failures: number, dueMs: number): void;
  remove(id: number): void;
  close(): void;
}

export function openAsyncOutbox(file: string): AsyncOutbox {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE IF NOT EXISTS invocation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, requestId TEXT NOT NULL, functionName TEXT NOT NULL, payload TEXT NOT NULL,
    failures INTEGER NOT NULL, dueMs INTEGER NOT NULL, acceptedMs INTEGER NOT NULL) STRICT`);
  const add = db.prepare(
    'INSERT INTO invocation (requestId, functionName, payload, failures, dueMs, acceptedMs) VALUES (?, ?, ?, 0, ?, ?)',
  );
  const get = db.prepare('SELECT * FROM invocation WHERE id = ?');
  const pending = db.prepare('SELECT id, dueMs FROM invocation WHERE functionName = ? ORDER BY id');
  const postpone = db.prepare('UPDATE invocation SET failures = ?, dueMs = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM invocation WHERE id = ?');
  return {
    add: (requestId, functionName, payload, nowMs) =>
      Number(add.run(requestId, functionName, payload, Math.floor(nowMs), Math.floor(nowMs)).lastInsertRowid),
    get: (id) => get.get(id) as AcceptedInvocation | undefined,
    pending: (functionName) => pending.all(functionName) as { id: number; dueMs: number }[],
    postpone: (id, failures, dueMs) => void postpone.run(failures, Math.floor(dueMs), id),
    remove: (id) => void remove.run(id),
    close: () => void db.close(),
  };
}
