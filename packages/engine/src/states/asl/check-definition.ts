/**
 * What CreateStateMachine accepts. First asl-validator (schema, transitions, reachability), then the walk of this file,
 * which refuses by name whatever the interpreter would not run exactly: an engine that ignores a construct gives a
 * wrong result without an error.
 */
import { createRequire } from 'node:module';
import { findIntegration } from '../tasks/integration-names.ts';
import { distributedMapFields, placeFields, refusedConstructs, stateFields } from './allowed-fields.ts';
import { checkTemplate, refusePath } from './check-expressions.ts';
import { comparisonNames } from './choice.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** Like a JSON pointer: `/States/Load/Resource`. */
  readonly location: string;
}

type AslValidator = (definition: unknown) => { errors: { 'Error code': string; Message: string; path?: string }[] };
type Report = (location: string, message: string) => void;

export function checkDefinition(text: string): Diagnostic[] {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: 'The definition is not JSON.', location: '/' }];
  }
  if (!isJsonObject(definition) || !isJsonObject(definition.States)) {
    return [{ code: 'SCHEMA_VALIDATION_FAILED', message: 'The definition has no States.', location: '/' }];
  }
  const found: Diagnostic[] = [];
  const report: Report = (location, message) => found.push({ code: 'SCHEMA_VALIDATION_FAILED', message, location });
  checkFields(definition, placeFields.machine, '', report);
  checkBlock(definition, '', report, { insideExpress: false });
  // The walk names constructs; the validator's schema would only say that a field must not be there.
  return found.length > 0 ? found : checkBySchema(text);
}

function checkBySchema(text: string): Diagnostic[] {
  // Loaded here since it takes 0.1 s; it writes into what it is given, hence a copy of its own.
  const validate = createRequire(import.meta.url)('asl-validator') as AslValidator;
  return validate(JSON.parse(text)).errors.map((error) => ({
    code: error['Error code'],
    message: error.Message,
    location: /^(\/\S*) is invalid/.exec(error.Message)?.[1] ?? '/',
  }));
}

interface Place {
  /** Whether the states run in an EXPRESS child execution, where a distributed Map cannot be. */
  readonly insideExpress: boolean;
}

function checkFields(value: JsonObject, allowed: readonly string[], location: string, report: Report): void {
  if (value.QueryLanguage !== undefined && value.QueryLanguage !== 'JSONPath') {
    report(
      `${location}/QueryLanguage`,
      `The query language '${String(value.QueryLanguage)}' is not run by the engine; use JSONPath.`,
    );
  }
  for (const field of Object.keys(value)) {
    if (allowed.includes(field)) continue;
    report(
      `${location}/${field}`,
      `The field '${field}' is not supported here: ${refusedConstructs[field] ?? 'it is unknown to the engine'}.`,
    );
  }
}

function checkBlock(block: JsonObject, location: string, report: Report, place: Place): void {
  if (!isJsonObject(block.States)) return report(location, 'There are no States.');
  if (typeof block.StartAt !== 'string' || !Object.hasOwn(block.States, block.StartAt)) {
    report(`${location}/StartAt`, 'StartAt must name one of the States.');
  }
  for (const [name, state] of Object.entries(block.States)) {
    const here = `${location}/States/${name}`;
    if (!isJsonObject(state)) report(here, 'A state must be an object.');
    else if (name.length > 80) report(here, 'The name of a state must not be longer than 80 characters.');
    else checkState(state, here, report, place);
  }
}

function checkState(state: JsonObject, here: string, report: Report, place: Place): void {
  const fields = stateFields[String(state.Type)];
  if (fields === undefined) return report(`${here}/Type`, `There is no state type '${String(state.Type)}'.`);
  checkFields(state, fields, here, report);
  for (const [field, value] of Object.entries(state)) {
    if (field.endsWith('Path') && typeof value === 'string') refusePath(value, `${here}/${field}`, report);
  }
  for (const field of ['Parameters', 'ResultSelector', 'ItemSelector']) checkTemplate(state[field], `${here}/${field}`, report);
  eachObject(state.Retry, `${here}/Retry`, (each, at) => checkRetrier(each, at, report));
  eachObject(state.Catch, `${here}/Catch`, (each, at) => checkFields(each, placeFields.catcher, at, report));
  if (state.Type === 'Task') checkTask(state, here, report);
  if (state.Type === 'Choice') eachObject(state.Choices, `${here}/Choices`, (each, at) => checkRule(each, at, true, report));
  if (state.Type === 'Map') checkMap(state, here, report, place);
  eachObject(state.Branches, `${here}/Branches`, (branch, at) => {
    checkFields(branch, placeFields.branch, at, report);
    checkBlock(branch, at, report, place);
  });
}

function checkTask(state: JsonObject, here: string, report: Report): void {
  const problem = findIntegration(String(state.Resource));
  if (typeof problem === 'string') report(`${here}/Resource`, problem);
}

function checkRetrier(retrier: JsonObject, here: string, report: Report): void {
  checkFields(retrier, placeFields.retrier, here, report);
  const below = (field: string, least: number) => typeof retrier[field] === 'number' && (retrier[field] as number) < least;
  if (below('IntervalSeconds', 1)) report(`${here}/IntervalSeconds`, 'IntervalSeconds must be at least 1.');
  if (below('BackoffRate', 1)) report(`${here}/BackoffRate`, 'BackoffRate must be at least 1.0.');
  if (below('MaxAttempts', 0)) report(`${here}/MaxAttempts`, 'MaxAttempts must not be negative.');
}

function checkRule(rule: JsonObject, here: string, isTop: boolean, report: Report): void {
  const branches = ['And', 'Or'].filter((name) => rule[name] !== undefined);
  const comparisons = Object.keys(rule).filter((name) => comparisonNames.has(name));
  const known = ['Variable', 'Comment', ...branches, 'Not', ...comparisons, ...(isTop ? ['Next'] : [])];
  checkFields(rule, known, here, report);
  if (branches.length + comparisons.length + (rule.Not === undefined ? 0 : 1) !== 1) {
    report(here, 'A choice rule must hold exactly one comparison, And, Or or Not.');
  }
  if (comparisons.length > 0 && typeof rule.Variable !== 'string') report(here, 'A comparison needs a Variable.');
  if (typeof rule.Variable === 'string') refusePath(rule.Variable, `${here}/Variable`, report);
  for (const name of branches) eachObject(rule[name], `${here}/${name}`, (each, at) => checkRule(each, at, false, report));
  if (isJsonObject(rule.Not)) checkRule(rule.Not, `${here}/Not`, false, report);
}

function checkMap(state: JsonObject, here: string, report: Report, place: Place): void {
  const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
  const processor = state[field];
  if (!isJsonObject(processor)) return report(here, 'A Map state needs an ItemProcessor.');
  checkFields(processor, placeFields.itemProcessor, `${here}/${field}`, report);
  const config = isJsonObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  checkFields(config, placeFields.processorConfig, `${here}/${field}/ProcessorConfig`, report);
  const isDistributed = config.Mode === 'DISTRIBUTED';
  const isExpress = config.ExecutionType === 'EXPRESS';
  if (isDistributed && place.insideExpress) report(here, 'A distributed Map cannot run inside an EXPRESS child execution.');
  if (isDistributed && config.ExecutionType === undefined) {
    report(`${here}/${field}/ProcessorConfig`, 'A distributed Map must say its ExecutionType, STANDARD or EXPRESS.');
  }
  if (!isDistributed) {
    for (const name of distributedMapFields) {
      if (state[name] !== undefined) report(`${here}/${name}`, `'${name}' needs ProcessorConfig.Mode DISTRIBUTED.`);
    }
  }
  checkReader(state.ItemReader, `${here}/ItemReader`, report);
  checkPart(state.ItemBatcher, placeFields.itemBatcher, `${here}/ItemBatcher`, report);
  checkPart(state.ResultWriter, placeFields.resultWriter, `${here}/ResultWriter`, report);
  if (isJsonObject(state.ResultWriter) && state.ResultWriter.Resource !== 'arn:aws:states:::s3:putObject') {
    report(`${here}/ResultWriter/Resource`, 'The Resource of a ResultWriter must be arn:aws:states:::s3:putObject.');
  }
  if (typeof state.Label === 'string' && !/^[^\s?*<>{}[\]:;,\\|^~$#%&`"/]{1,40}$/.test(state.Label)) {
    report(`${here}/Label`, 'A Label has 1 to 40 characters, no spaces and no special characters.');
  }
  checkBlock(processor, `${here}/${field}`, report, { insideExpress: place.insideExpress || (isDistributed && isExpress) });
}

function checkReader(reader: Json | undefined, here: string, report: Report): void {
  checkPart(reader, placeFields.itemReader, here, report);
  if (!isJsonObject(reader)) return;
  const config = isJsonObject(reader.ReaderConfig) ? reader.ReaderConfig : {};
  checkFields(config, placeFields.readerConfig, `${here}/ReaderConfig`, report);
  if (reader.Resource === 'arn:aws:states:::s3:getObject') {
    if (!['CSV', 'JSON', 'JSONL'].includes(String(config.InputType))) {
      report(
        `${here}/ReaderConfig/InputType`,
        `The input type '${String(config.InputType)}' is not read by the engine; it reads CSV, JSON and JSONL.`,
      );
    }
    if (config.InputType === 'CSV' && config.CSVHeaderLocation === undefined) {
      report(`${here}/ReaderConfig`, 'CSV needs a CSVHeaderLocation, FIRST_ROW or GIVEN.');
    }
  } else if (reader.Resource !== 'arn:aws:states:::s3:listObjectsV2') {
    report(
      `${here}/Resource`,
      `The item reader '${String(reader.Resource)}' is not run by the engine; it has s3:getObject and s3:listObjectsV2.`,
    );
  }
}

function checkPart(part: Json | undefined, allowed: readonly string[], here: string, report: Report): void {
  if (!isJsonObject(part)) return;
  checkFields(part, allowed, here, report);
  checkTemplate(part.Parameters, `${here}/Parameters`, report);
  checkTemplate(part.BatchInput, `${here}/BatchInput`, report);
}

function eachObject(list: Json | undefined, here: string, check: (each: JsonObject, at: string) => void): void {
  if (!Array.isArray(list)) return;
  list.forEach((each, i) => {
    if (isJsonObject(each)) check(each, `${here}/${i}`);
  });
}
