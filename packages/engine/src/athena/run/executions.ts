/** Query executions in SQLite. One that was running when the process died is FAILED when it comes back. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ResultColumn } from './execution-context.ts';

export type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
export const isOver = (state: State) => state !== 'QUEUED' && state !== 'RUNNING';

export interface Execution {
  readonly id: string;
  readonly query: string;
  /** What its `?` stand for, as expressions. */
  readonly parameters?: readonly string[];
  readonly database: string;
  readonly catalog: string;
  readonly outputFolder: string;
  readonly workGroup: string;
  /** Name of the role it runs in; undefined for one who may do everything. */
  readonly role?: string;
  readonly statementType: 'DML' | 'DDL' | 'UTILITY';
  readonly substatementType: string;
  readonly submittedMs: number;
  readonly outputLocation: string;
  readonly state: State;
  readonly reason?: string;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly scannedBytes?: number;
  readonly manifestLocation?: string;
  readonly columns?: readonly ResultColumn[];
  readonly resultFormat?: 'csv' | 'text';
}

export interface Executions {
  create(execution: Execution, token: string | undefined): void;
  /** Nothing changes once an execution is over. */
  change(id: string, change: Partial<Execution>): void;
  get(id: string): Execution | undefined;
  byToken(token: string): Execution | undefined;
  /** Newest first. */
  ids(offset: number, count: number): string[];
  close(): void;
}

export const INTERRUPTED = 'The engine was stopped while the query ran: start it again';

export function createExecutions(dataDir: string, nowMs: () => number): Executions {
  const db = new Database(join(dataDir, 'athena.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE IF NOT EXISTS executions (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, token TEXT UNIQUE, is_over INTEGER NOT NULL, record TEXT NOT NULL) STRICT`);

  const parse = (row: { record: string } | undefined) => row && (JSON.parse(row.record) as Execution);
  const byId = db.prepare<[string], { record: string }>('SELECT record FROM executions WHERE id = ?');
  const byToken = db.prepare<[string], { record: string }>('SELECT record FROM executions WHERE token = ?');
  const update = db.prepare('UPDATE executions SET record = ?, is_over = ? WHERE id = ? AND is_over = 0');
  const save = (execution: Execution) => update.run(JSON.stringify(execution), isOver(execution.state) ? 1 : 0, execution.id);

  for (const row of db.prepare<[], { record: string }>('SELECT record FROM executions WHERE is_over = 0').all()) {
    save({ ...(parse(row) as Execution), state: 'FAILED', reason: INTERRUPTED, endedMs: nowMs() });
  }
  return {
    create(execution, token) {
      db.prepare('INSERT INTO executions (id, token, is_over, record) VALUES (?, ?, 0, ?)').run(
        execution.id,
        token ?? null,
        JSON.stringify(execution),
      );
    },
    change(id, change) {
      const current = parse(byId.get(id));
      if (current && !isOver(current.state)) save({ ...current, ...change });
    },
    get: (id) => parse(byId.get(id)),
    byToken: (token) => parse(byToken.get(token)),
    ids: (offset, count) =>
      db
        .prepare<[number, number], { id: string }>('SELECT id FROM executions ORDER BY number DESC LIMIT ? OFFSET ?')
        .all(count, offset)
        .map(({ id }) => id),
    close: () => void db.close(),
  };
}
