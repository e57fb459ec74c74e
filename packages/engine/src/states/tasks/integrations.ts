/** Calls what a Task names, and turns what comes back into the result, or into an error under its AWS name. */

import type { InvocationResult } from '../../ports.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../asl/json.ts';
import { runtimeError, StatesError } from '../asl/states-error.ts';
import type { Runtime } from '../run/runtime.ts';
import type { IntegrationName } from './integration-names.ts';

interface TaskResult {
  readonly result: Json;
  /** For jobs: what the service answered when the job was taken. */
  readonly submitted?: Json;
}

export async function callIntegration(runtime: Runtime, integration: IntegrationName, parameters: Json): Promise<TaskResult> {
  switch (integration.kind) {
    case 'lambda-function':
      return { result: readResult(await invoke(runtime, integration.resource, parameters)) };
    case 'lambda-invoke':
      return { result: await invokeByParameters(runtime, parameters) };
    case 'athena-query':
      return runQuery(runtime, parameters);
  }
}

const INVOKE_FIELDS = ['FunctionName', 'Payload', 'InvocationType'];

async function invokeByParameters(runtime: Runtime, parameters: Json): Promise<Json> {
  const given = isJsonObject(parameters) ? parameters : {};
  const unknown = Object.keys(given).find((field) => !INVOKE_FIELDS.includes(field));
  if (unknown !== undefined) throw runtimeError(`The field '${unknown}' of lambda:invoke is not supported by the engine.`);
  if (typeof given.FunctionName !== 'string') throw runtimeError("The Parameters of lambda:invoke need a 'FunctionName'.");
  const payload = given.Payload ?? {};
  if (given.InvocationType === 'Event') {
    // Settled by the functions themselves, with retries and a destination of their own.
    runtime.ports.functions.invokeAsync(given.FunctionName, payload).catch((error: unknown) => {
      runtime.context.log(`states: an asynchronous invocation of ${String(given.FunctionName)} failed: ${String(error)}`);
    });
    return { StatusCode: 202 };
  }
  if (given.InvocationType !== undefined && given.InvocationType !== 'RequestResponse') {
    throw runtimeError('The InvocationType of lambda:invoke must be RequestResponse or Event.');
  }
  const invocation = await invoke(runtime, given.FunctionName, payload);
  return { ExecutedVersion: '$LATEST', Payload: readResult(invocation), StatusCode: 200 };
}

async function invoke(runtime: Runtime, name: string, payload: Json): Promise<InvocationResult> {
  try {
    return await runtime.ports.functions.invoke(name, payload);
  } catch (error) {
    throw serviceError('Lambda', error);
  }
}

/** @throws StatesError named by the function's errorType, its cause the function's whole answer */
function readResult(invocation: InvocationResult): Json {
  if (invocation.functionError !== undefined) throw new StatesError(errorType(invocation.payload), invocation.payload);
  return invocation.payload === '' ? null : parseJson(invocation.payload);
}

function errorType(payload: string): string {
  try {
    const answer = parseJson(payload);
    if (isJsonObject(answer) && typeof answer.errorType === 'string' && answer.errorType !== '') return answer.errorType;
  } catch {
    // An instance that died answers no JSON.
  }
  return 'Lambda.Unknown';
}

async function runQuery(runtime: Runtime, parameters: Json): Promise<TaskResult> {
  let outcome: Awaited<ReturnType<Runtime['ports']['queries']['run']>>;
  try {
    outcome = await runtime.ports.queries.run(parameters);
  } catch (error) {
    throw serviceError('Athena', error);
  }
  const result: JsonObject = { QueryExecution: plainJson(outcome.QueryExecution) };
  if (outcome.state !== 'SUCCEEDED') throw new StatesError('States.TaskFailed', JSON.stringify(result));
  return { result, submitted: { QueryExecutionId: outcome.queryExecutionId } };
}

/** Step Functions gives times as milliseconds. */
function plainJson(value: unknown): Json {
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, plainJson(each)]),
  );
}

function serviceError(service: string, error: unknown): StatesError {
  if (error instanceof AwsError) return new StatesError(`${service}.${error.code}`, error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new StatesError(`${service}.SdkClientException`, message);
}
