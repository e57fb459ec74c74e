/** Map in INLINE mode: iterations are branches of this execution, at most 40 at a time, as on AWS. */
import { type MapState, processorOf } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { StatesError } from '../asl/states-error.ts';
import { enterState, payloadOf } from './enter-state.ts';
import { readItems, selectItem } from './map-items.ts';
import { createPosition, type Position } from './position.ts';
import { runTogether } from './run-together.ts';
import { Interrupted, type Scope } from './scope.ts';
import { type Outcome, passOn, readInput, readNumber, type Step } from './step.ts';

const MOST_AT_ONCE = 40;

export async function runInlineMap(step: Step<MapState>): Promise<Outcome> {
  const { run, state, position } = step;
  const input = readInput(step);
  const items = readItems(step, input);
  const limit = Math.min(readNumber(step, state, 'MaxConcurrency', input) || MOST_AT_ONCE, MOST_AT_ONCE);
  if (!position.isOpened) {
    run.record(position, 'MapStateStarted', { length: items.length });
    position.isOpened = true;
    run.save(position);
  }
  let results: Json[];
  try {
    results = await runTogether(step.scope, items.length, limit, (i, scope) =>
      runIteration(step, input, items[i] as Json, i, scope),
    );
  } catch (error) {
    position.lastEvent = Math.max(position.lastEvent, run.lastEventBelow(position.path));
    if (error instanceof StatesError) run.recordEnd(position, 'MapStateFailed');
    throw error;
  }
  position.lastEvent = Math.max(position.lastEvent, run.lastEventBelow(position.path));
  run.record(position, 'MapStateSucceeded');
  return passOn(step, results);
}

async function runIteration(step: Step<MapState>, input: Json, value: Json, index: number, scope: Scope): Promise<Json> {
  const { run, position } = step;
  const details = { name: position.state, index };
  const stored = run.positions.get(`${position.path}/${index}`);
  if (stored?.output !== undefined) return stored.output.value;
  const iteration = stored ?? beginIteration(step, input, value, index);
  try {
    const output = await step.runBranch(run, processorOf(step.state), iteration, scope);
    run.record(iteration, 'MapIterationSucceeded', details);
    return output;
  } catch (error) {
    if (error instanceof StatesError) run.recordEnd(iteration, 'MapIterationFailed', details);
    const isAborted = error instanceof Interrupted && error.kind !== 'halted';
    if (isAborted) run.recordEnd(iteration, 'MapIterationAborted', details);
    throw error;
  }
}

function beginIteration(step: Step<MapState>, input: Json, value: Json, index: number): Position {
  const { run, position } = step;
  const block = processorOf(step.state);
  const what = `The input of an iteration of '${position.state}'`;
  const selected = payloadOf(selectItem(step, input, value, index), what);
  const iteration = createPosition(`${position.path}/${index}`, position.lastEvent, { Index: index, Value: value });
  run.record(iteration, 'MapIterationStarted', { name: position.state, index });
  enterState(run, block, iteration, block.StartAt, selected);
  return iteration;
}
