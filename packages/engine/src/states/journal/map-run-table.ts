import type { Database } from 'better-sqlite3';
import type { MapRunRow } from './rows.ts';

type NewMapRun = Pick<MapRunRow, 'arn' | 'execution' | 'startMs' | 'maxConcurrency' | 'toleratedPercentage' | 'toleratedCount'>;

export interface MapRunTable {
  add(row: NewMapRun): number;
  byId(id: number): MapRunRow;
  byArn(arn: string): MapRunRow | undefined;
  ofExecution(execution: number, limit: number, offset: number): MapRunRow[];
  /** The items are all there as children. */
  markRead(id: number): void;
  end(id: number, status: MapRunRow['status'], stopMs: number): void;
  redrive(id: number, redriveMs: number): void;
  setResultsWritten(id: number, count: number): void;
}

export function createMapRunTable(database: Database): MapRunTable {
  const add = database.prepare<[NewMapRun]>(`
    INSERT INTO mapRuns (arn, execution, status, startMs, maxConcurrency, toleratedPercentage, toleratedCount)
    VALUES (@arn, @execution, 'RUNNING', @startMs, @maxConcurrency, @toleratedPercentage, @toleratedCount)`);
  const byId = database.prepare<[number], MapRunRow>('SELECT * FROM mapRuns WHERE id = ?');
  const byArn = database.prepare<[string], MapRunRow>('SELECT * FROM mapRuns WHERE arn = ?');
  const ofExecution = database.prepare<[number, number, number], MapRunRow>(
    'SELECT * FROM mapRuns WHERE execution = ? ORDER BY id DESC LIMIT ? OFFSET ?',
  );
  const markRead = database.prepare('UPDATE mapRuns SET hasItems = 1 WHERE id = ?');
  const end = database.prepare('UPDATE mapRuns SET status = ?, stopMs = ? WHERE id = ?');
  const redrive = database.prepare(`
    UPDATE mapRuns SET status = 'RUNNING', redriveCount = redriveCount + 1, redriveMs = ?, stopMs = NULL WHERE id = ?`);
  const setResultsWritten = database.prepare('UPDATE mapRuns SET resultsWritten = ? WHERE id = ?');

  return {
    add: (row) => Number(add.run(row).lastInsertRowid),
    byId: (id) => byId.get(id) as MapRunRow,
    byArn: (arn) => byArn.get(arn),
    ofExecution: (execution, limit, offset) => ofExecution.all(execution, limit, offset),
    markRead: (id) => void markRead.run(id),
    end: (id, status, stopMs) => void end.run(status, stopMs, id),
    redrive: (id, redriveMs) => void redrive.run(redriveMs, id),
    setResultsWritten: (id, count) => void setResultsWritten.run(count, id),
  };
}
