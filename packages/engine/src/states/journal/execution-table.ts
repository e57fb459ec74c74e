import type { Database } from 'better-sqlite3';
import type { ExecutionRow, StatusCount, StoredStatus } from './rows.ts';

export type NewExecution = Pick<
  ExecutionRow,
  'arn' | 'name' | 'machineArn' | 'revision' | 'type' | 'status' | 'startMs' | 'mapRun' | 'itemIndex' | 'itemCount' | 'input'
>;

export interface Outcome {
  readonly status: StoredStatus;
  readonly stopMs: number;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

export interface ExecutionFilter {
  /** Either the executions of a machine or the children of a map run. */
  readonly machineArn?: string;
  readonly mapRun?: number;
  readonly status?: StoredStatus;
  readonly isRedriven?: boolean;
}

export interface ExecutionTable {
  add(row: NewExecution): number;
  byId(id: number): ExecutionRow | undefined;
  byArn(arn: string): ExecutionRow | undefined;
  /** Newest first, without input and output. */
  list(filter: ExecutionFilter, limit: number, offset: number): ExecutionRow[];
  /** Executions that have not ended and are not children. */
  unfinished(): ExecutionRow[];
  hasRunning(machineArn: string): boolean;
  begin(id: number, startMs: number): void;
  end(id: number, outcome: Outcome): void;
  /** Makes an ended execution pending again; it is RUNNING once it has begun. */
  redrive(id: number, redriveMs: number): void;
  /** The same for the unsuccessful children of a map run. */
  redriveChildren(mapRun: number, redriveMs: number): void;
  /** Children to be run, in the order of their items. */
  runnableChildren(mapRun: number, afterIndex: number, limit: number): ExecutionRow[];
  children(mapRun: number, afterIndex: number, limit: number): ExecutionRow[];
  countChildren(mapRun: number): StatusCount[];
  removeChildren(mapRun: number): void;
}

export function createExecutionTable(database: Database): ExecutionTable {
  const add = database.prepare<[NewExecution]>(`
    INSERT INTO executions (arn, name, machineArn, revision, type, status, startMs, mapRun, itemIndex, itemCount, input)
    VALUES (@arn, @name, @machineArn, @revision, @type, @status, @startMs, @mapRun, @itemIndex, @itemCount, @input)`);
  const byId = database.prepare<[number], ExecutionRow>('SELECT * FROM executions WHERE id = ?');
  const byArn = database.prepare<[string], ExecutionRow>('SELECT * FROM executions WHERE arn = ?');
  const narrow = `id, arn, name, machineArn, revision, type, status, startMs, stopMs, redriveCount, redriveMs, mapRun,
    itemIndex, itemCount, error, cause, '' AS input, NULL AS output`;
  const list = (scope: string) =>
    database.prepare<[object], ExecutionRow>(`
      SELECT ${narrow} FROM executions WHERE ${scope} AND status <> 'PENDING'
        AND (@status IS NULL OR status = @status)
        AND (@isRedriven IS NULL OR (redriveCount > 0) = @isRedriven)
      ORDER BY id DESC LIMIT @limit OFFSET @offset`);
  const listOfMachine = list('machineArn = @machineArn AND mapRun IS NULL');
  const listOfMapRun = list('mapRun = @mapRun');
  const unfinished = database.prepare<[], ExecutionRow>(
    `SELECT * FROM executions WHERE status IN ('PENDING', 'RUNNING') AND mapRun IS NULL ORDER BY id`,
  );
  const hasRunning = database.prepare<[string], { found: number }>(
    `SELECT 1 AS found FROM executions WHERE machineArn = ? AND mapRun IS NULL AND status IN ('PENDING', 'RUNNING') LIMIT 1`,
  );
  const begin = database.prepare(`UPDATE executions SET status = 'RUNNING', startMs = ? WHERE id = ?`);
  const end = database.prepare<[Outcome & { id: number }]>(`
    UPDATE executions SET status = @status, stopMs = @stopMs, output = @output, error = @error, cause = @cause
    WHERE id = @id`);
  const redrive = (scope: string) =>
    database.prepare<[number, number]>(`
      UPDATE executions SET status = 'PENDING', redriveCount = redriveCount + 1, redriveMs = ?, stopMs = NULL,
        error = NULL, cause = NULL, output = NULL WHERE ${scope}`);
  const redriveOne = redrive('id = ?');
  const redriveChildren = redrive(`mapRun = ? AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')`);
  const page = (condition: string) =>
    database.prepare<[number, number, number], ExecutionRow>(
      `SELECT * FROM executions WHERE mapRun = ? AND itemIndex > ? AND ${condition} ORDER BY itemIndex LIMIT ?`,
    );
  const runnable = page(`status IN ('PENDING', 'RUNNING')`);
  const children = page('TRUE');
  const count = database.prepare<[number], StatusCount>(`
    SELECT status, count(*) AS executions, sum(itemCount) AS items, sum(redriveCount > 0) AS redriven,
      sum(iif(redriveCount > 0, itemCount, 0)) AS redrivenItems
    FROM executions WHERE mapRun = ? GROUP BY status`);
  const removeChildren = database.prepare('DELETE FROM executions WHERE mapRun = ?');

  return {
    add: (row) => Number(add.run(row).lastInsertRowid),
    byId: (id) => byId.get(id),
    byArn: (arn) => byArn.get(arn),
    list(filter, limit, offset) {
      const isRedriven = filter.isRedriven === undefined ? null : Number(filter.isRedriven);
      const bound = { ...filter, status: filter.status ?? null, isRedriven, limit, offset };
      return (filter.mapRun === undefined ? listOfMachine : listOfMapRun).all(bound);
    },
    unfinished: () => unfinished.all(),
    hasRunning: (machineArn) => hasRunning.get(machineArn) !== undefined,
    begin: (id, startMs) => void begin.run(startMs, id),
    end: (id, outcome) => void end.run({ ...outcome, id }),
    redrive: (id, redriveMs) => void redriveOne.run(redriveMs, id),
    redriveChildren: (mapRun, redriveMs) => void redriveChildren.run(redriveMs, mapRun),
    runnableChildren: (mapRun, afterIndex, limit) => runnable.all(mapRun, afterIndex, limit),
    children: (mapRun, afterIndex, limit) => children.all(mapRun, afterIndex, limit),
    countChildren: (mapRun) => count.all(mapRun),
    removeChildren: (mapRun) => void removeChildren.run(mapRun),
  };
}
