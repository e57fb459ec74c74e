import type { ExecutionRow } from '../journal/rows.ts';
import { HISTORY_LIMIT } from '../run/run.ts';

export interface RedriveStatus {
  readonly status: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  readonly reason?: string;
}

const MOST_REDRIVES = 1_000;

export function redriveStatus(execution: ExecutionRow, eventCount: number): RedriveStatus {
  const { status } = execution;
  if (status === 'SUCCEEDED' || status === 'RUNNING' || status === 'PENDING') {
    return { status: 'NOT_REDRIVABLE', reason: `Execution is ${status} and cannot be redriven` };
  }
  if (execution.mapRun !== null) {
    return { status: 'REDRIVABLE_BY_MAP_RUN', reason: 'Execution is a child of a Map Run and can only be redriven with it' };
  }
  if (execution.redriveCount >= MOST_REDRIVES) {
    return { status: 'NOT_REDRIVABLE', reason: `Execution has been redriven ${MOST_REDRIVES} times` };
  }
  if (eventCount >= HISTORY_LIMIT - 1) return { status: 'NOT_REDRIVABLE', reason: 'Execution history event limit exceeded' };
  return { status: 'REDRIVABLE' };
}
