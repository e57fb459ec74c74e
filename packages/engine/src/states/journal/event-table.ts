import type { Database } from 'better-sqlite3';
import type { EventRow } from './rows.ts';

export interface EventTable {
  add(execution: number, event: EventRow): void;
  /** 0 before the first event. */
  lastId(execution: number): number;
  list(execution: number, newestFirst: boolean, limit: number, offset: number): EventRow[];
}

export function createEventTable(database: Database): EventTable {
  const add = database.prepare('INSERT INTO events (execution, id, previous, atMs, type, details) VALUES (?, ?, ?, ?, ?, ?)');
  const lastId = database.prepare<[number], { id: number | null }>('SELECT max(id) AS id FROM events WHERE execution = ?');
  const list = (order: 'ASC' | 'DESC') =>
    database.prepare<[number, number, number], EventRow>(
      `SELECT id, previous, atMs, type, details FROM events WHERE execution = ? ORDER BY id ${order} LIMIT ? OFFSET ?`,
    );
  const oldestFirst = list('ASC');
  const newestFirst = list('DESC');

  return {
    add: (execution, { id, previous, atMs, type, details }) => void add.run(execution, id, previous, atMs, type, details),
    lastId: (execution) => lastId.get(execution)?.id ?? 0,
    list: (execution, reverse, limit, offset) => (reverse ? newestFirst : oldestFirst).all(execution, limit, offset),
  };
}
