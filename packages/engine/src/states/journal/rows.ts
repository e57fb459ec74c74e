/** The rows of states.db, as `tables.ts` declares them. */

type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
/** PENDING only for a child of a map run that has not begun, or that waits to be redriven. */
export type StoredStatus = ExecutionStatus | 'PENDING';

export interface RevisionRow {
  readonly id: number;
  readonly revisionId: string;
  readonly machineArn: string;
  readonly roleArn: string;
  readonly createdMs: number;
  readonly logging: string | null;
  readonly tracing: string | null;
  readonly definition: string;
}

export interface MachineRow {
  readonly arn: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'DELETING';
  readonly createdMs: number;
  readonly revision: number;
}

export interface ExecutionRow {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  /** Of a child: the parent's machine ARN, a slash, and the label of the Map. */
  readonly machineArn: string;
  readonly revision: number;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly status: StoredStatus;
  readonly startMs: number;
  readonly stopMs: number | null;
  readonly redriveCount: number;
  readonly redriveMs: number | null;
  readonly mapRun: number | null;
  readonly itemIndex: number | null;
  readonly itemCount: number | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly input: string;
  readonly output: string | null;
}

export interface EventRow {
  readonly id: number;
  readonly previous: number;
  readonly atMs: number;
  readonly type: string;
  readonly details: string | null;
}

export interface PositionRow {
  readonly execution: number;
  readonly path: string;
  readonly state: string;
  readonly status: 'running' | 'succeeded';
  readonly retries: string;
  readonly enteredMs: number;
  readonly wakeMs: number | null;
  readonly isOpened: number;
  readonly mapRun: number | null;
  readonly lastEvent: number;
  readonly item: string | null;
  readonly input: string;
  readonly output: string | null;
}

export interface MapRunRow {
  readonly id: number;
  readonly arn: string;
  readonly execution: number;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startMs: number;
  readonly stopMs: number | null;
  readonly redriveCount: number;
  readonly redriveMs: number | null;
  readonly maxConcurrency: number;
  readonly toleratedPercentage: number | null;
  readonly toleratedCount: number | null;
  readonly hasItems: number;
  readonly resultsWritten: number;
}

export interface StatusCount {
  readonly status: StoredStatus;
  readonly executions: number;
  readonly items: number;
  /** Of them, how many wait to be redriven. */
  readonly redriven: number;
  readonly redrivenItems: number;
}
