/**
 * JSONPath as Step Functions reads it. A path of plain steps (`$.a['b'][0]`) names one value and fails when there is
 * none; it is walked here. Any other path (`..`, `[*]`, slices, filters) gives an array, empty when nothing fits, and is
 * answered by jsonpath-plus with its interpreter, never with the VM.
 */
import { JSONPath } from 'jsonpath-plus';
import { isJsonObject, type Json } from './json.ts';
import { runtimeError, StatesError } from './states-error.ts';

type Step = string | number;

const STEP = /\.([^\s.[\]()*?@,:'"]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]/y;
const parsed = new Map<string, readonly Step[] | undefined>();

/** The steps of a path that names one value; undefined for every other path. */
function parseReferencePath(path: string): readonly Step[] | undefined {
  if (!parsed.has(path)) parsed.set(path, scanSteps(path));
  return parsed.get(path);
}

function scanSteps(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return undefined;
    const quoted = match[2] ?? match[3];
    if (match[4] !== undefined) steps.push(Number(match[4]));
    else steps.push(match[1] ?? (quoted as string).replace(/\\(.)/g, '$1'));
  }
  return steps;
}

/** The value at a path, or undefined when a reference path names nothing. */
export function findAtPath(path: string, root: Json): Json | undefined {
  const steps = parseReferencePath(path);
  if (steps === undefined) return findAll(path, root);
  let value: Json | undefined = root;
  for (const step of steps) value = stepInto(value, step);
  return value;
}

function stepInto(value: Json | undefined, step: Step): Json | undefined {
  if (typeof step === 'number') return Array.isArray(value) ? value.at(step) : undefined;
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function findAll(path: string, root: Json): Json[] {
  if (typeof root !== 'object' || root === null) return [];
  try {
    return JSONPath({ path, json: root, wrap: true, eval: 'safe' }) as Json[];
  } catch {
    throw runtimeError(`The JSONPath '${path}' could not be evaluated.`);
  }
}

/** The value at a path. @throws StatesError States.Runtime, naming the field that holds the path */
export function readAtPath(path: string, root: Json, field: string): Json {
  const value = findAtPath(path, root);
  if (value === undefined) {
    throw runtimeError(`The JSONPath '${path}' specified for the field '${field}' could not be found in the input.`);
  }
  return value;
}

/** A copy of the target in which the place that ResultPath names holds the value; missing objects are made. */
export function withValueAt(path: string, target: Json, value: Json): Json {
  const steps = parseReferencePath(path);
  if (steps === undefined) throw matchFailure(path);
  const place = (current: Json | undefined, depth: number): Json => {
    if (depth === steps.length) return value;
    const step = steps[depth] as Step;
    if (typeof step === 'number') {
      if (!Array.isArray(current) || step < 0 || step >= current.length) throw matchFailure(path);
      return current.with(step, place(current[step], depth + 1));
    }
    if (current !== undefined && !isJsonObject(current)) throw matchFailure(path);
    return { ...current, [step]: place(stepInto(current, step), depth + 1) };
  };
  return place(target, 0);
}

function matchFailure(path: string): StatesError {
  return new StatesError('States.ResultPathMatchFailure', `Unable to apply ReferencePath '${path}' to the input of the state.`);
}
