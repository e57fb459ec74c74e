/** One attempt at one state: what the state reads, and what becomes of its result. */
import type { State, StatesBlock } from '../asl/definition.ts';
import type { Json, JsonObject } from '../asl/json.ts';
import { readAtPath, withValueAt } from '../asl/path.ts';
import { evaluateExpression, fillTemplate, type Surroundings } from '../asl/payload-template.ts';
import { runtimeError } from '../asl/states-error.ts';
import { printContext } from './context-object.ts';
import type { Position } from './position.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** Runs a branch of a Parallel or an iteration of a Map to its end. */
type RunBranch = (run: Run, block: StatesBlock, position: Position, scope: Scope) => Promise<Json>;

export interface Step<S extends State = State> extends Surroundings {
  readonly run: Run;
  readonly state: S;
  readonly position: Position;
  readonly scope: Scope;
  readonly runBranch: RunBranch;
}

/** `next` is undefined at the end of a branch. */
export interface Outcome {
  readonly output: Json;
  readonly next: string | undefined;
}

export function createStep(run: Run, state: State, position: Position, scope: Scope, runBranch: RunBranch): Step {
  let context: JsonObject | undefined;
  return {
    run,
    state,
    position,
    scope,
    runBranch,
    context() {
      context ??= printContext(run, position);
      return context;
    },
    random: run.runtime.context.random,
  };
}

interface DataFlow {
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
  readonly Next?: string;
}

/** The input after InputPath. */
export function readInput(step: Step): Json {
  return throughPath(step, (step.state as DataFlow).InputPath, step.position.input.value, 'InputPath');
}

/** The input after InputPath and Parameters. */
export function readParameters(step: Step): Json {
  const { Parameters } = step.state as DataFlow;
  const input = readInput(step);
  return Parameters === undefined ? input : fillTemplate(Parameters, input, step);
}

/** Applies ResultSelector, ResultPath and OutputPath to a result. */
export function passOn(step: Step, result: Json): Outcome {
  const { ResultSelector, ResultPath } = step.state as DataFlow;
  const selected = ResultSelector === undefined ? result : fillTemplate(ResultSelector, result, step);
  return leave(step, placeResult(ResultPath, step.position.input.value, selected));
}

/** Applies OutputPath only, for the states that have no result. */
export function leave(step: Step, output: Json): Outcome {
  const { OutputPath, Next } = step.state as DataFlow;
  return { output: throughPath(step, OutputPath, output, 'OutputPath'), next: Next };
}

export function placeResult(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === null) return input;
  return path === undefined ? result : withValueAt(path, input, result);
}

function throughPath(step: Step, path: string | null | undefined, value: Json, field: string): Json {
  if (path === undefined || path === '$') return value;
  if (path === null) return {};
  return path.startsWith('$$') ? readAtPath(path.slice(1), step.context(), field) : readAtPath(path, value, field);
}

/** A field that has a twin ending in `Path`, such as TimeoutSeconds. @throws StatesError when it is no number ≥ 0 */
export function readNumber(step: Step, fields: object, name: string, input: Json): number | undefined {
  const given = (fields as Record<string, unknown>)[name];
  const path = (fields as Record<string, unknown>)[`${name}Path`];
  if (typeof path !== 'string') return given as number | undefined;
  const value = evaluateExpression(path, input, step, `${name}Path`);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0))
    throw runtimeError(`The field '${name}Path' must lead to a number of at least 0.`);
  return number;
}
