/** Calls what a Task names, and turns what comes back into the result, or into an error under its AWS name. */

import { demand } from '../../iam/demand.ts';
import { impliedCalls } from '../../iam/implied-calls.ts';
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

export async function callIntegration(
  runtime: Runtime,
  integration: IntegrationName,
  parameters: Json,
  roleArn: string,
): Promise<TaskResult> {
  switch (integration.kind) {
    case 'lambda-function':
      return { result: readResult(await invoke(runtime, integration.resource, parameters, roleArn)) };
    case 'lambda-invoke':
      return { result: await invokeByParameters(runtime, parameters, roleArn) };
    case 'athena-query':
      return runQuery(runtime, parameters, roleArn);
  }
}

const INVOKE_FIELDS = ['FunctionName', 'Payload', 'InvocationType'];

async function invokeByParameters(runtime: Runtime, parameters: Json, roleArn: string): Promise<Json> {
  const given = isJsonObject(parameters) ? parameters : {};
  const unknown = Object.keys(given).find((field) => !INVOKE_FIELDS.includes(field));
  if (unknown !== undefined) throw runtimeError(`The field '${unknown}' of lambda:invoke is not supported by the engine.`);
  if (typeof given.FunctionName !== 'string') throw runtimeError("The Parameters of lambda:invoke need a 'FunctionName'.");
  const payload = given.Payload ?? {};
  if (given.InvocationType === 'Event') {
    demandInvoke(runtime, given.FunctionName, roleArn);
    // Settled by the functions themselves, with retries and a destination of their own.
    runtime.ports.functions.invokeAsync(given.FunctionName, payload).catch((error: unknown) => {
      runtime.context.log(`states: an asynchronous invocation of ${String(given.FunctionName)} failed: ${String(error)}`);
    });
    return { StatusCode: 202 };
  }
  if (given.InvocationType !== undefined && given.InvocationType !== 'RequestResponse') {
    throw runtimeError('The InvocationType of lambda:invoke must be RequestResponse or Event.');
  }
  const invocation = await invoke(runtime, given.FunctionName, payload, roleArn);
  return { ExecutedVersion: '$LATEST', Payload: readResult(invocation), StatusCode: 200 };
}

function demandInvoke({ access, context, principal }: Runtime, name: string, roleArn: string): void {
  const resource = name.startsWith('arn:') ? name : `arn:aws:lambda:${context.region}:${context.account}:function:${name}`;
  try {
    demand(access, principal(roleArn), 'states.invoke', [{ action: 'lambda:InvokeFunction', resource }], 403);
  } catch (error) {
    throw serviceError('Lambda', error);
  }
}

async function invoke(runtime: Runtime, name: string, payload: Json, roleArn: string): Promise<InvocationResult> {
  demandInvoke(runtime, name, roleArn);
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

async function runQuery(runtime: Runtime, parameters: Json, roleArn: string): Promise<TaskResult> {
  let outcome: Awaited<ReturnType<Runtime['ports']['queries']['run']>>;
  try {
    const { access, context, principal } = runtime;
    const { WorkGroup = 'primary' } = isJsonObject(parameters) ? parameters : {};
    const resource = `arn:aws:athena:${context.region}:${context.account}:workgroup/${String(WorkGroup)}`;
    const actions = ['athena:StartQueryExecution', ...impliedCalls.followQuery.actions];
    const catalogue = `arn:aws:athena:${context.region}:${context.account}:datacatalog/AwsDataCatalog`;
    demand(access, principal(roleArn), 'states.query', [
      ...actions.map((action) => ({ action, resource })),
      ...impliedCalls.findCatalogue.actions.map((action) => ({ action, resource: catalogue })),
    ]);
    outcome = await runtime.ports.queries.run(parameters, roleArn);
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

/** What its SDK calls an exception that the service's model does not have, as a refusal by IAM. */
const BASE_EXCEPTION: Readonly<Record<string, string>> = { Lambda: 'AWSLambdaException', Athena: 'AmazonAthenaException' };

function serviceError(service: string, error: unknown): StatesError {
  if (error instanceof StatesError) return error;
  if (error instanceof AwsError && error.code === 'AccessDeniedException') {
    const cause = `${error.message} (Service: ${service}; Status Code: ${error.status}; Error Code: ${error.code})`;
    return new StatesError(`${service}.${BASE_EXCEPTION[service]}`, cause);
  }
  if (error instanceof AwsError) return new StatesError(`${service}.${error.code}`, error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new StatesError(`${service}.SdkClientException`, message);
}
