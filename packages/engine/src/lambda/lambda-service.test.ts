import {
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineCredentials } from '../engine-credentials.ts';
import { createWireServer, type WireServer } from '../wire/wire-server.ts';
import { createFakeBuckets, createTestContext, writeFunction } from './lambda.fixture.ts';
import { createLambda, type Lambda } from './lambda.ts';

let context: ReturnType<typeof createTestContext>;
let lambda: Lambda;
let wire: WireServer;
let client: LambdaClient;

beforeEach(async () => {
  context = createTestContext();
  lambda = createLambda(context, { environment: () => ({}), buckets: createFakeBuckets() });
  wire = createWireServer({ context, services: [lambda.service], fallback: (_, response) => void response.writeHead(404).end() });
  const endpoint = `http://127.0.0.1:${await wire.listen(0)}`;
  client = new LambdaClient({ endpoint, region: 'us-east-1', credentials: engineCredentials, maxAttempts: 1 });
  lambda.deploy(
    writeFunction(context, 'echo', 'export const handler = async (event) => { console.log("seen", event.n); return event }'),
  );
  lambda.deploy(
    writeFunction(context, 'broken', 'export const handler = async () => { throw new TypeError("no") }', {
      reservedConcurrency: 3,
    }),
  );
});
afterEach(async () => {
  client.destroy();
  await wire.close();
  await lambda.stop();
  context[Symbol.dispose]();
});

const invoke = async (input: Partial<InvokeCommandInput>) => {
  const { Payload, $metadata, ...answer } = await client.send(new InvokeCommand({ FunctionName: 'echo', ...input }));
  return { ...answer, payload: Payload ? Buffer.from(Payload).toString() : '', requestId: $metadata.requestId };
};

describe('Invoke', () => {
  it('answers the result, with the request id that the function saw in its log', async () => {
    const answer = await invoke({ Payload: Buffer.from('{"n":1}'), LogType: 'Tail' });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', payload: '{"n":1}' });
    expect(answer.FunctionError).toBeUndefined();
    const [first, report] = Buffer.from(answer.LogResult ?? '', 'base64')
      .toString()
      .split('\n');
    expect(first).toBe('seen 1');
    expect(report).toContain(`REPORT RequestId: ${answer.requestId}`);
  });

  it('answers a failure as a function error, not as an error of the call', async () => {
    const answer = await invoke({ FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:broken' });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
  });

  it('accepts an Event at once, and settles it', async () => {
    expect(await invoke({ InvocationType: 'Event', Payload: Buffer.from('{"n":2}') })).toMatchObject({
      StatusCode: 202,
      payload: '',
    });
    await lambda.idle();
    expect(lambda.isBusy()).toBe(false);
  });

  it('checks without running when it is dry', async () => {
    expect(await invoke({ InvocationType: 'DryRun', LogType: 'Tail' })).toMatchObject({ StatusCode: 204 });
    expect(lambda.instanceCount()).toBe(0);
  });

  it.each([
    { why: 'an absent function', input: { FunctionName: 'absent' }, name: 'ResourceNotFoundException', status: 404 },
    {
      why: 'an absent function, as Event',
      input: { FunctionName: 'absent', InvocationType: 'Event' as const },
      name: 'ResourceNotFoundException',
      status: 404,
    },
    { why: 'a version', input: { Qualifier: '3' }, name: 'ResourceNotFoundException', status: 404 },
    { why: 'what is not JSON', input: { Payload: Buffer.from('{') }, name: 'InvalidRequestContentException', status: 400 },
    { why: 'a client context', input: { ClientContext: 'e30=' }, name: 'InvalidParameterValueException', status: 400 },
    {
      why: 'an Event above 1 MB',
      input: { InvocationType: 'Event' as const, Payload: Buffer.from(`"${'x'.repeat(1_048_576)}"`) },
      name: 'RequestTooLargeException',
      status: 413,
    },
  ])('refuses $why', async ({ input, name, status }) => {
    await expect(invoke(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });
});

describe('functions', () => {
  it('are described', async () => {
    const { Configuration, Concurrency } = await client.send(new GetFunctionCommand({ FunctionName: 'broken' }));
    expect(Configuration).toMatchObject({
      FunctionName: 'broken',
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:broken',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 5,
      MemorySize: 128,
      State: 'Active',
      CodeSize: 64,
    });
    expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 3 });
  });

  it('are listed in pages, in order of their names', async () => {
    const first = await client.send(new ListFunctionsCommand({ MaxItems: 1 }));
    expect(first.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['broken']);
    const second = await client.send(new ListFunctionsCommand({ MaxItems: 1, Marker: first.NextMarker }));
    expect(second.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['echo']);
    expect(second.NextMarker).toBeUndefined();
  });
});
