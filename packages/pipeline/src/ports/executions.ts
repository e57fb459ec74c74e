export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** State machines, by logical name. */
export interface Executions {
  /** Starting twice under one name starts once. */
  start(machine: string, name: string, input: unknown): Promise<'started' | 'exists'>;
  status(machine: string, name: string): Promise<ExecutionStatus | undefined>;
  /** Continues a failed execution where it failed. */
  redrive(machine: string, name: string): Promise<void>;
}
