/** The states that only steer: Pass, Choice, Wait, Succeed, Fail. */
import { holdsRule, parseTimestamp } from '../asl/choice.ts';
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { evaluateExpression } from '../asl/payload-template.ts';
import { runtimeError, StatesError } from '../asl/states-error.ts';
import { sleepUntil } from './enter-state.ts';
import { leave, type Outcome, passOn, readInput, readNumber, readParameters, type Step } from './step.ts';

export function runPass(step: Step<PassState>): Outcome {
  const parameters = readParameters(step);
  return passOn(step, step.state.Result ?? parameters);
}

export function runChoice(step: Step<ChoiceState>): Outcome {
  const input = readInput(step);
  const rule = step.state.Choices.find((each) => holdsRule(each, input, step));
  const next = (rule?.Next as string | undefined) ?? step.state.Default;
  if (next === undefined) {
    throw new StatesError(
      'States.NoChoiceMatched',
      `No choice of the state '${step.position.state}' matched, and it has no Default.`,
    );
  }
  return { output: leave(step, input).output, next };
}

export async function runWait(step: Step<WaitState>): Promise<Outcome> {
  const { run, position, scope } = step;
  const input = readInput(step);
  if (position.wakeMs === undefined) {
    position.wakeMs = wakeTime(step, input);
    run.save(position);
    await run.commit();
  }
  await sleepUntil(run, scope, position.wakeMs);
  return leave(step, input);
}

function wakeTime(step: Step<WaitState>, input: Json): number {
  const { state, position } = step;
  const seconds = readNumber(step, state, 'Seconds', input);
  if (seconds !== undefined) return position.enteredMs + seconds * 1_000;
  const given =
    state.TimestampPath === undefined
      ? (state.Timestamp as string)
      : evaluateExpression(state.TimestampPath, input, step, 'TimestampPath');
  const atMs = parseTimestamp(given);
  if (atMs === undefined) throw runtimeError(`The Wait state '${position.state}' needs an RFC 3339 timestamp with T and zone.`);
  return atMs;
}

export function runSucceed(step: Step<SucceedState>): Outcome {
  return leave(step, readInput(step));
}

export function runFail(step: Step<FailState>): never {
  const { state, position } = step;
  const read = (text: string | undefined, path: string | undefined, field: string): string => {
    if (path === undefined) return text ?? '';
    const value = evaluateExpression(path, position.input.value, step, field);
    if (typeof value !== 'string') throw runtimeError(`The field '${field}' must lead to a string.`);
    return value;
  };
  throw new StatesError(read(state.Error, state.ErrorPath, 'ErrorPath'), read(state.Cause, state.CausePath, 'CausePath'));
}
