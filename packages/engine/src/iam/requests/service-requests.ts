/**
 * Which actions on which resources an operation of a JSON or query service asks for. An operation that is not named here
 * is an action of its own name on `*`.
 *
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for …" of each service.
 */
import type { AccessRequest } from '../decide.ts';
import { type ImpliedCall, impliedCalls } from '../implied-calls.ts';
import { glueArns } from './glue-arns.ts';
import { kmsRequests } from './kms-requests.ts';

type Input = Readonly<Record<string, unknown>>;

export interface RequestLookup {
  readonly account: string;
  readonly region: string;
  readonly keyOfStream: (stream: string) => string | undefined;
  /** Of the online store. */
  readonly keyOfGroup: (featureGroup: string) => string | undefined;
  readonly workGroupOf: (queryExecutionId: string) => string | undefined;
  readonly functionOfMapping: (uuid: string) => string | undefined;
}

/** Nobody is asked: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const FREE = new Set(['sts:GetCallerIdentity']);

export function serviceRequests(service: string, operation: string, given: unknown, lookup: RequestLookup): AccessRequest[] {
  const input = (given ?? {}) as Input;
  const prefix = service === 'featurestore-runtime' ? 'sagemaker' : service;
  const action = `${prefix}:${operation === 'Invoke' && service === 'lambda' ? 'InvokeFunction' : operation}`;
  if (FREE.has(action)) return [];
  const on = (...resources: readonly string[]) => resources.map((resource) => ({ action, resource }));
  switch (service) {
    case 'featurestore-runtime':
    case 'sagemaker':
      return featureGroupRequests(service, input, lookup, on);
    case 'states':
      return on(stateArn(input));
    case 'lambda':
      return lambdaRequests(action, input, lookup);
    case 'kinesis':
      return kinesisRequests(operation, input, lookup, on);
    case 'athena':
      return on(athenaArn(input, lookup));
    case 'logs':
      return on(logsArn(input, lookup));
    case 'glue':
      return on(...glueArns(operation, input, lookup));
    default:
      return on('*');
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
type On = (...resources: readonly string[]) => AccessRequest[];

function featureGroupRequests(
  service: string,
  input: Input,
  { account, region, keyOfGroup }: RequestLookup,
  on: On,
): AccessRequest[] {
  const listed = [...((input.Identifiers ?? input.Entries ?? []) as readonly Input[])].map((each) => text(each.FeatureGroupName));
  const names = unique([text(input.FeatureGroupName), ...listed].filter((name) => name !== undefined)).map((name) =>
    name.startsWith('arn:') ? name.slice(name.lastIndexOf('/') + 1) : name,
  );
  const arns = names.map((name) => `arn:aws:sagemaker:${region}:${account}:feature-group/${name}`);
  if (arns.length === 0) return on(text(input.ResourceArn) ?? '*');
  if (service === 'sagemaker') return on(...arns);
  const implied: ImpliedCall = impliedCalls.useEncryptedOnlineStore;
  return [...on(...arns), ...unique(names.map(keyOfGroup)).flatMap((key) => kmsRequests(implied, key, 'sagemaker', {}))];
}

function stateArn(input: Input): string {
  return text(input.stateMachineArn) ?? text(input.executionArn) ?? text(input.mapRunArn) ?? text(input.resourceArn) ?? '*';
}

/** A mapping is judged by the function that it calls, which its own ARN does not say. */
function lambdaRequests(action: string, input: Input, { account, region, functionOfMapping }: RequestLookup): AccessRequest[] {
  const arn = (what: string) => `arn:aws:lambda:${region}:${account}:${what}`;
  if (action === 'lambda:ListEventSourceMappings') return [{ action, resource: '*' }];
  const uuid = text(input.UUID);
  const name = text(input.FunctionName) ?? (uuid === undefined ? undefined : functionOfMapping(uuid));
  const functionArn = name === undefined || name.startsWith('arn:') ? name : arn(`function:${name}`);
  if (uuid === undefined && !action.endsWith('EventSourceMapping')) return [{ action, resource: functionArn ?? '*' }];
  const resource = uuid === undefined ? '*' : arn(`event-source-mapping:${uuid}`);
  return [{ action, resource, context: { 'lambda:functionarn': functionArn } }];
}

function kinesisRequests(
  operation: string,
  input: Input,
  { account, region, keyOfStream }: RequestLookup,
  on: On,
): AccessRequest[] {
  const named = text(input.StreamName);
  const arn = text(input.StreamARN) ?? (named === undefined ? '*' : `arn:aws:kinesis:${region}:${account}:stream/${named}`);
  const implied: ImpliedCall | undefined = /^PutRecords?$/.test(operation)
    ? impliedCalls.putEncryptedRecord
    : operation === 'GetRecords'
      ? impliedCalls.readEncryptedRecord
      : undefined;
  const key = keyOfStream(arn.slice(arn.lastIndexOf('/') + 1));
  return [...on(arn), ...(implied === undefined ? [] : kmsRequests(implied, key, 'kinesis', { 'aws:kinesis:arn': arn }))];
}

/** Of a stream where the operation names one, of the group where it does not. */
function logsArn(input: Input, { account, region }: RequestLookup): string {
  const group = text(input.logGroupName) ?? text(input.logGroupIdentifier)?.split(':log-group:').at(-1);
  const arn = `arn:aws:logs:${region}:${account}:log-group:${group ?? '*'}`;
  const stream = text(input.logStreamName);
  return stream === undefined ? `${arn}:*` : `${arn}:log-stream:${stream}`;
}

function athenaArn(input: Input, { account, region, workGroupOf }: RequestLookup): string {
  const id = text(input.QueryExecutionId) ?? ((input.QueryExecutionIds ?? []) as readonly string[])[0];
  const workGroup = text(input.WorkGroup) ?? (id === undefined ? undefined : workGroupOf(id)) ?? 'primary';
  return `arn:aws:athena:${region}:${account}:workgroup/${workGroup}`;
}
