/** Runs an execution from where the journal has it to its end, whether it is new, resumed or redriven. */
import type { Definition } from '../asl/definition.ts';
import { StatesError } from '../asl/states-error.ts';
import type { ExecutionRow, StoredStatus } from '../journal/rows.ts';
import { runBranch } from './branch.ts';
import { enterState } from './enter-state.ts';
import { createPosition, resetPosition } from './position.ts';
import { createRun, type Run } from './run.ts';
import type { RunEnd, RunExecution, Runtime } from './runtime.ts';
import { Interrupted } from './scope.ts';

/** As on AWS for asynchronous EXPRESS executions. */
const EXPRESS_LIMIT_SECONDS = 300;

export const runExecution: RunExecution = (runtime, execution, block, parent) => {
  const run = createRun(runtime, execution, block, parent);
  const begun = Promise.withResolvers<void>();
  const ended = drive(run, begun.resolve);
  runtime.running.set(execution.id, {
    stop: (error, cause) => run.scope.cancel(new Interrupted('stopped', error, cause)),
    halt: () => run.scope.cancel(new Interrupted('halted')),
    begun: begun.promise,
    ended,
  });
  return ended.finally(() => {
    runtime.running.delete(execution.id);
    run.scope.close();
  });
};

/** Never rejects. */
async function drive(run: Run, hasBegun: () => void): Promise<RunEnd> {
  const timeout = watchTimeout(run);
  try {
    begin(run);
    // A child's beginning is committed with its first step.
    if (run.execution.mapRun === null) await run.commit();
    hasBegun();
    const root = run.positions.get('');
    if (root === undefined) throw new Error('An execution has no position.');
    await runBranch(run, run.block, root, run.scope);
    return await end(run, 'SUCCEEDED', undefined, root.output?.text);
  } catch (error) {
    try {
      if (error instanceof StatesError) return await end(run, 'FAILED', { error: error.error, cause: error.reason });
      if (error instanceof Interrupted) return await interrupt(run, error, timeout.hasPassed());
      run.runtime.context.log(`states: ${run.execution.arn} met a fault of the engine: ${String(error)}`);
      return await end(run, 'FAILED', {
        error: 'States.Runtime',
        cause: 'The engine had an internal fault; its log says which.',
      });
    } catch (fault) {
      // The journal cannot be written. The execution stands where it stood and goes on after the next start.
      run.runtime.context.log(`states: ${run.execution.arn} could not be written: ${String(fault)}`);
      return 'halted';
    }
  } finally {
    timeout.cancel();
    hasBegun();
  }
}

/** A new execution enters its first state; a redriven one goes on at the state where it ended. */
function begin(run: Run): void {
  const { execution, block, runtime } = run;
  const { executions } = runtime.journal;
  const root = run.positions.get('');
  const nowMs = runtime.context.clock.nowMs();
  if (execution.status === 'PENDING') {
    const startMs = execution.redriveCount === 0 ? nowMs : execution.startMs;
    run.stage(() => executions.begin(execution.id, startMs));
  }
  if (execution.redriveCount > 0 && root === undefined) run.removeAll();
  if (root === undefined) {
    run.record(createPosition('', 0), 'ExecutionStarted', { input: execution.input, roleArn: run.roleArn });
    const start = createPosition('', 0);
    enterState(run, block, start, block.StartAt, { value: run.input, text: execution.input });
  } else if (execution.status === 'PENDING') {
    noteRedrive(run, nowMs);
  }
}

/** Marks in the history that an execution is redriven, and gives every retrier its attempts back. */
function noteRedrive(run: Run, nowMs: number): void {
  const root = run.positions.get('');
  run.recordEnd(root, 'ExecutionRedriven', { redriveCount: run.execution.redriveCount });
  for (const position of run.positions.values()) {
    if (position.output !== undefined) continue;
    resetPosition(position, nowMs);
    run.save(position);
  }
}

function watchTimeout(run: Run): { hasPassed(): boolean; cancel(): void } {
  const { execution, runtime } = run;
  const seconds = (run.block as Definition).TimeoutSeconds ?? (execution.type === 'EXPRESS' ? EXPRESS_LIMIT_SECONDS : undefined);
  if (seconds === undefined) return { hasPassed: () => false, cancel: () => {} };
  let hasPassed = false;
  const { clock } = runtime.context;
  const startMs = execution.redriveMs ?? (execution.status === 'PENDING' ? clock.nowMs() : execution.startMs);
  const cancel = clock.at(startMs + seconds * 1_000, () => {
    hasPassed = true;
    run.scope.cancel(new Interrupted('timed-out'));
  });
  return { hasPassed: () => hasPassed, cancel };
}

async function interrupt(run: Run, { kind, error, reason }: Interrupted, hasTimedOut: boolean): Promise<RunEnd> {
  if (kind === 'halted') return 'halted';
  if (hasTimedOut) return end(run, 'TIMED_OUT', { error: 'States.Timeout' });
  return end(run, 'ABORTED', { error, cause: reason });
}

const endEvents: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

interface Failure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

async function end(run: Run, status: StoredStatus, failure: Failure = {}, output: string | null = null): Promise<StoredStatus> {
  const { execution, runtime } = run;
  const isChild = execution.mapRun !== null;
  run.recordEnd(run.positions.get(''), endEvents[status] as string, output === null ? failure : { output });
  // What did not succeed keeps its positions: a redrive goes on from them.
  if (status === 'SUCCEEDED') run.removeAll();
  run.stage(() => {
    runtime.journal.executions.end(execution.id, {
      status,
      stopMs: runtime.context.clock.nowMs(),
      output,
      error: failure.error ?? null,
      cause: failure.cause ?? null,
    });
    if (!isChild) removeDeleted(runtime, execution);
  });
  // A child's end is a step of its parent; what it did is found out again if it should be lost.
  await run.commit(isChild ? 'ordered' : 'flushed');
  return status;
}

/** A machine that is being deleted goes with its last execution. */
function removeDeleted({ journal }: Runtime, { machineArn }: ExecutionRow): void {
  const isDeleting = journal.machines.find(machineArn)?.status === 'DELETING';
  if (isDeleting && !journal.executions.hasRunning(machineArn)) journal.machines.remove(machineArn);
}

/** Runs an execution that no map run owns. */
export function launch(runtime: Runtime, execution: ExecutionRow): void {
  const { definition } = runtime.definition(execution.revision);
  void runtime.runExecution(runtime, execution, definition);
}
