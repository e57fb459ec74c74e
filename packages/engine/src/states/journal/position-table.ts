import type { Database } from 'better-sqlite3';
import type { PositionRow } from './rows.ts';

export interface PositionTable {
  save(row: PositionRow): void;
  /** Parents before their branches. */
  ofExecution(execution: number): PositionRow[];
  /** The branches and iterations below a path, however deep. */
  removeBelow(execution: number, path: string): void;
  removeAll(execution: number): void;
}

export function createPositionTable(database: Database): PositionTable {
  const save = database.prepare<[PositionRow]>(`
    INSERT OR REPLACE INTO positions
      (execution, path, state, status, retries, enteredMs, wakeMs, isOpened, mapRun, lastEvent, item, input, output)
    VALUES (@execution, @path, @state, @status, @retries, @enteredMs, @wakeMs, @isOpened, @mapRun, @lastEvent, @item,
      @input, @output)`);
  const all = database.prepare<[number], PositionRow>('SELECT * FROM positions WHERE execution = ? ORDER BY path');
  // '0' is the character after '/'.
  const removeBelow = database.prepare(`DELETE FROM positions WHERE execution = ? AND path > ? || '/' AND path < ? || '0'`);
  const removeAll = database.prepare('DELETE FROM positions WHERE execution = ?');

  return {
    save: (row) => void save.run(row),
    ofExecution: (execution) => all.all(execution),
    removeBelow: (execution, path) => void removeBelow.run(execution, path, path),
    removeAll: (execution) => void removeAll.run(execution),
  };
}
