/**
 * What CreateStateMachine accepts. First the walk of this file, which refuses by name whatever the interpreter would not
 * run exactly: an engine that ignores a construct gives a wrong result without an error. Then asl-validator, for the
 * schema, the transitions and the terminal states.
 */
import { createRequire } from 'node:module';
import { findIntegration } from '../tasks/integration-names.ts';
import { placeFields, stateFields } from './allowed-fields.ts';
import { checkTemplate, refusePath } from './check-expressions.ts';
import { checkFields, eachObject, type Report } from './check-fields.ts';
import { checkMap } from './check-map.ts';
import { checkRule } from './check-rule.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** Like a JSON pointer: `/States/Load/Resource`. */
  readonly location: string;
}

/** Nothing when the engine runs the definition exactly. */
export function checkDefinition(text: string): Diagnostic[] {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: 'The definition is not JSON.', location: '/' }];
  }
  const found: Diagnostic[] = [];
  const report: Report = (location, message) => found.push({ code: 'SCHEMA_VALIDATION_FAILED', message, location });
  if (!isJsonObject(definition)) report('/', 'The definition must be an object.');
  else {
    checkFields(definition, placeFields.machine, '', report);
    checkBlock(definition, '', false, report);
  }
  // The walk names constructs; the schema would only say that a field must not be there.
  return found.length > 0 ? found : checkBySchema(text);
}

type AslValidator = (definition: unknown) => { errors: { 'Error code': string; Message: string }[] };

function checkBySchema(text: string): Diagnostic[] {
  // Loaded here since it takes 0.1 s; it writes into what it is given, hence a copy of its own.
  const validate = createRequire(import.meta.url)('asl-validator') as AslValidator;
  return validate(JSON.parse(text)).errors.map((error) => ({
    code: error['Error code'],
    message: error.Message,
    location: /^(\/.*) is invalid/.exec(error.Message)?.[1] ?? '/',
  }));
}

/** `insideExpress`: the states run in an EXPRESS child execution, where a distributed Map cannot be. */
function checkBlock(block: JsonObject, location: string, insideExpress: boolean, report: Report): void {
  const states = isJsonObject(block.States) ? block.States : {};
  if (typeof block.StartAt !== 'string' || !Object.hasOwn(states, block.StartAt)) {
    report(`${location}/StartAt`, 'StartAt must name one of the States.');
  }
  for (const [name, state] of Object.entries(states)) {
    const here = `${location}/States/${name}`;
    if (!isJsonObject(state)) report(here, 'A state must be an object.');
    else if (name.length > 80) report(here, 'The name of a state must not be longer than 80 characters.');
    else checkState(state, here, insideExpress, report);
  }
}

function checkState(state: JsonObject, here: string, insideExpress: boolean, report: Report): void {
  const type = String(state.Type);
  if (!Object.hasOwn(stateFields, type)) report(`${here}/Type`, `There is no state type '${type}'.`);
  else checkFields(state, stateFields[type] as readonly string[], here, report);
  for (const [field, value] of Object.entries(state)) {
    if (field.endsWith('Path') && typeof value === 'string') refusePath(value, `${here}/${field}`, report);
  }
  for (const field of ['Parameters', 'ResultSelector', 'ItemSelector']) checkTemplate(state[field], `${here}/${field}`, report);
  eachObject(state.Retry, `${here}/Retry`, (each, at) => checkRetrier(each, at, report));
  eachObject(state.Catch, `${here}/Catch`, (each, at) => checkFields(each, placeFields.catcher, at, report));
  checkWildcard(state.Retry, `${here}/Retry`, report);
  checkWildcard(state.Catch, `${here}/Catch`, report);
  if (type === 'Task') {
    const problem = findIntegration(String(state.Resource));
    if (typeof problem === 'string') report(`${here}/Resource`, problem);
  }
  if (type === 'Choice') eachObject(state.Choices, `${here}/Choices`, (each, at) => checkRule(each, at, true, report));
  if (type === 'Map') checkProcessor(state, here, insideExpress, report);
  eachObject(state.Branches, `${here}/Branches`, (branch, at) => {
    checkFields(branch, placeFields.branch, at, report);
    checkBlock(branch, at, insideExpress, report);
  });
}

function checkProcessor(state: JsonObject, here: string, insideExpress: boolean, report: Report): void {
  const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
  const processor = isJsonObject(state[field]) ? state[field] : {};
  const config = isJsonObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const isDistributed = config.Mode === 'DISTRIBUTED';
  if (isDistributed && insideExpress) report(here, 'A distributed Map cannot run inside an EXPRESS child execution.');
  checkMap(state, processor, here, report);
  checkFields(processor, placeFields.itemProcessor, `${here}/${field}`, report);
  checkBlock(processor, `${here}/${field}`, insideExpress || (isDistributed && config.ExecutionType === 'EXPRESS'), report);
}

function checkRetrier(retrier: JsonObject, here: string, report: Report): void {
  checkFields(retrier, placeFields.retrier, here, report);
  const below = (field: string, least: number) => typeof retrier[field] === 'number' && retrier[field] < least;
  if (below('IntervalSeconds', 1)) report(`${here}/IntervalSeconds`, 'IntervalSeconds must be at least 1.');
  if (below('BackoffRate', 1)) report(`${here}/BackoffRate`, 'BackoffRate must be at least 1.0.');
  if (below('MaxAttempts', 0)) report(`${here}/MaxAttempts`, 'MaxAttempts must not be negative.');
}

function checkWildcard(list: Json | undefined, here: string, report: Report): void {
  eachObject(list, here, (each, at) => {
    const errors = Array.isArray(each.ErrorEquals) ? each.ErrorEquals : [];
    const isLast = each === (list as Json[]).at(-1);
    if (errors.includes('States.ALL') && (errors.length > 1 || !isLast)) {
      report(`${at}/ErrorEquals`, 'States.ALL must stand alone, and in the last place.');
    }
  });
}
