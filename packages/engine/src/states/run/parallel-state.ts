/** Parallel: all branches at once; the first failure ends the others. */
import type { ParallelState, StatesBlock } from '../asl/definition.ts';
import { StatesError } from '../asl/states-error.ts';
import { enterState, payloadOf } from './enter-state.ts';
import { createPosition, type Position } from './position.ts';
import { runTogether } from './run-together.ts';
import { type Outcome, passOn, readParameters, type Step } from './step.ts';

export async function runParallel(step: Step<ParallelState>): Promise<Outcome> {
  const { run, position } = step;
  const branches = step.state.Branches;
  if (!position.isOpened) open(step);
  let results: Awaited<ReturnType<typeof step.runBranch>>[];
  try {
    results = await runTogether(step.scope, branches.length, branches.length, (i, scope) =>
      step.runBranch(run, branches[i] as StatesBlock, run.positions.get(`${position.path}/${i}`) as Position, scope),
    );
  } catch (error) {
    position.lastEvent = Math.max(position.lastEvent, run.lastEventBelow(position.path));
    if (error instanceof StatesError) run.recordEnd(position, 'ParallelStateFailed');
    throw error;
  }
  position.lastEvent = run.lastEventBelow(position.path);
  run.record(position, 'ParallelStateSucceeded');
  return passOn(step, results);
}

function open(step: Step<ParallelState>): void {
  const { run, position } = step;
  const input = payloadOf(readParameters(step), `The input of the state '${position.state}'`);
  run.record(position, 'ParallelStateStarted');
  position.isOpened = true;
  run.save(position);
  step.state.Branches.forEach((branch, i) => {
    const start = createPosition(`${position.path}/${i}`, position.lastEvent);
    enterState(run, branch, start, branch.StartAt, input);
  });
}
