/**
 * Runs one branch from where its position stands to its end. A branch is the execution itself, a branch of a Parallel or
 * an iteration of an inline Map; a state that has branches runs them through this function again.
 */
import type { Catcher, Retrier, State, StatesBlock } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { findCatcher, findRetrier, retryDelayMs } from '../asl/retry.ts';
import { StatesError } from '../asl/states-error.ts';
import { enterState, payloadOf, sleepUntil } from './enter-state.ts';
import { performState } from './perform-state.ts';
import type { Payload, Position } from './position.ts';
import type { Run } from './run.ts';
import { Interrupted, type Scope } from './scope.ts';
import { createStep, placeResult, type Step } from './step.ts';

/** A branch that only computes gives way to others after so many states. */
const STATES_AT_A_STRETCH = 100;

interface Move {
  readonly output: Payload;
  readonly next: string | undefined;
}

export async function runBranch(run: Run, block: StatesBlock, position: Position, scope: Scope): Promise<Json> {
  for (let count = 1; position.output === undefined; count += 1) {
    const state = block.States[position.state] as State;
    const move = await attempt(createStep(run, state, position, scope, runBranch));
    if (move !== undefined) moveOn(run, block, position, state, move);
    const isEnd = position.path === '' && position.output !== undefined;
    const isStretch = count % STATES_AT_A_STRETCH === 0;
    // The end of the execution is committed with its status; states that touch nothing, with the next that does.
    if (!isEnd && (isStretch || !isInstant(state))) await run.commit();
  }
  return position.output.value;
}

function moveOn(run: Run, block: StatesBlock, position: Position, state: State, { output, next }: Move): void {
  run.record(position, `${state.Type}StateExited`, { name: position.state, output: output.text });
  if (position.isOpened) run.removeBelow(position.path);
  if (next !== undefined) {
    enterState(run, block, position, next, output);
  } else {
    position.output = output;
    run.save(position);
  }
}

/** Where it goes on; undefined when the state is to be tried again. */
async function attempt(step: Step): Promise<Move | undefined> {
  const { run, position, state, scope } = step;
  try {
    scope.check();
    if (position.wakeMs !== undefined && state.Type !== 'Wait') await sleepUntil(run, scope, position.wakeMs);
    const { output, next } = await performState(step);
    return { output: payloadOf(output, `The state '${position.state}' returned a result that`), next };
  } catch (error) {
    if (error instanceof Interrupted) noteInterruption(step, error);
    if (!(error instanceof StatesError)) throw error;
    return recover(step, error);
  }
}

function recover(step: Step, failure: StatesError): Move | undefined {
  const { run, position } = step;
  const { Retry, Catch } = step.state as { Retry?: readonly Retrier[]; Catch?: readonly Catcher[] };
  const index = findRetrier(Retry, failure.error, position.retries);
  if (index !== undefined) {
    prepareRetry(step, Retry as readonly Retrier[], index);
    return undefined;
  }
  const catcher = findCatcher(Catch, failure.error);
  if (catcher === undefined) {
    run.save(position);
    throw failure;
  }
  const caught = { Error: failure.error, Cause: failure.reason };
  const output = placeResult(catcher.ResultPath, position.input.value, caught);
  return { output: payloadOf(output, `The state '${position.state}' caught an error whose output`), next: catcher.Next };
}

function prepareRetry({ run, position }: Step, retriers: readonly Retrier[], index: number): void {
  const { clock, random } = run.runtime.context;
  const delayMs = retryDelayMs(retriers[index] as Retrier, position.retries[index] ?? 0, random);
  position.retries = retriers.map((_, i) => (position.retries[i] ?? 0) + (i === index ? 1 : 0));
  position.wakeMs = clock.nowMs() + delayMs;
  if (position.isOpened) run.removeBelow(position.path);
  position.isOpened = false;
  position.mapRun = undefined;
  run.save(position);
}

function isInstant(state: State): boolean {
  return state.Type === 'Pass' || state.Type === 'Choice' || state.Type === 'Succeed';
}

function noteInterruption({ run, position, state }: Step, { kind }: Interrupted): void {
  run.save(position);
  if (kind !== 'halted' && ['Task', 'Wait', 'Parallel', 'Map'].includes(state.Type)) {
    run.recordEnd(position, `${state.Type}StateAborted`);
  }
}
