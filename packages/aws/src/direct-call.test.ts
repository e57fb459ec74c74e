import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  BatchGetRecordCommand,
  BatchWriteRecordCommand,
  GetRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DirectCalls, directCalls } from './direct-call.ts';

interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
const region = 'eu-west-1';
const written = { Errors: [], UnprocessedEntries: [] };

let server: Server;
let received: Received[];
/** Of each request in turn; the last of them for all that follow. 0 ends the connection. */
let statuses: number[];
let answer: object;

beforeEach(async () => {
  received = [];
  statuses = [200];
  answer = written;
  server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8');
    received.push({ path: request.url ?? '', method: request.method ?? '', headers: request.headers, body });
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    if (status === 0) return request.socket.destroy();
    response.writeHead(status ?? 500, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(status === 200 ? answer : { __type: 'ServiceUnavailable', Message: 'down' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const createClient = (settings: object = {}) =>
  new SageMakerFeatureStoreRuntimeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/under/here`,
    region,
    credentials,
    ...settings,
  });

const entryOf = (value: string) => ({
  FeatureGroupName: 'g',
  Record: [
    { FeatureName: 'entity_key', ValueAsString: value },
    { FeatureName: 'tags', ValueAsStringList: [value, 'b'] },
  ],
  TargetStores: ['OnlineStore' as const, 'OfflineStore' as const],
});
const identifiers = {
  Identifiers: [{ FeatureGroupName: 'g', RecordIdentifiersValueAsString: ['ü "1" \\ \u2028 😀', '2'], FeatureNames: ['a'] }],
  ExpirationTimeResponse: 'Enabled' as const,
};
/** A client that knows the way: its first call was the SDK's. */
async function openCalls(settings: object = {}) {
  const expected = [answer, statuses] as const;
  [answer, statuses] = [written, [200]];
  const calls = directCalls(createClient(settings));
  await calls.batchWriteRecord({ Entries: [entryOf('first')] });
  [answer, statuses] = expected;
  received = [];
  return calls;
}
const isSdk = ({ headers }: Received) => headers['amz-sdk-invocation-id'] !== undefined;

describe('what is sent', () => {
  const call = {
    BatchGetRecord: ({ batchGetRecord }: DirectCalls) => batchGetRecord(identifiers),
    BatchWriteRecord: ({ batchWriteRecord }: DirectCalls) =>
      batchWriteRecord({ Entries: [entryOf('ü "quoted" \\ \u2028 \u0007 😀'), entryOf('')] }),
  };
  const sdk = {
    BatchGetRecord: new BatchGetRecordCommand(identifiers),
    BatchWriteRecord: new BatchWriteRecordCommand({ Entries: [entryOf('ü "quoted" \\ \u2028 \u0007 😀'), entryOf('')] }),
  };

  test.each(['BatchGetRecord', 'BatchWriteRecord'] as const)('%s is what the SDK sends', async (operation) => {
    await call[operation](await openCalls());
    await createClient().send(sdk[operation] as never);
    const [direct, ofSdk] = received as [Received, Received];
    expect(isSdk(direct)).toBe(false);
    expect(isSdk(ofSdk)).toBe(true);
    const shared = ({ path, method, body, headers }: Received) => ({
      path,
      method,
      body,
      ...Object.fromEntries(
        ['host', 'content-type', 'content-length', 'x-amz-content-sha256', 'x-amz-security-token'].map((name) => [
          name,
          headers[name],
        ]),
      ),
    });
    expect(shared(direct)).toEqual(shared(ofSdk));
    expect(direct.headers['user-agent']).toMatch(/^aws-sdk-js\/\d+\.\d+\.\d+ .*api\/sagemaker-featurestore-runtime#3/);
    const scope = (one: Received) => /Credential=[^,]+/.exec(String(one.headers.authorization))?.[0];
    expect(scope(direct)).toBe(scope(ofSdk));
  });

  test.each(['BatchGetRecord', 'BatchWriteRecord'] as const)('%s carries a signature that holds', async (operation) => {
    await call[operation](await openCalls());
    const [{ path, method, headers, body }] = received as [Received];
    const signedHeaders = /SignedHeaders=([^,]+)/.exec(String(headers.authorization))?.[1]?.split(';') ?? [];
    expect(signedHeaders).toEqual(expect.arrayContaining(['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']));
    const signer = new SignatureV4({ credentials, region, service: 'sagemaker', sha256: Hash.bind(null, 'sha256') });
    const date = String(headers['x-amz-date']).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z');
    const again = await signer.sign(
      new HttpRequest({
        method,
        path,
        hostname: '127.0.0.1',
        headers: Object.fromEntries(
          signedHeaders.filter((name) => !name.startsWith('x-amz-')).map((name) => [name, String(headers[name])]),
        ),
        body,
      }),
      { signingDate: new Date(date) },
    );
    expect(again.headers.authorization).toBe(headers.authorization);
  });
});

test('the answer is what the SDK would have made of it', async () => {
  answer = {
    Records: [
      {
        FeatureGroupName: 'g',
        RecordIdentifierValueAsString: '1',
        Record: [{ FeatureName: 'a', ValueAsString: 'ü' }],
        ExpiresAt: '2026-01-31T09:00:00Z',
      },
    ],
    Errors: [{ FeatureGroupName: 'g', RecordIdentifierValueAsString: '2', ErrorCode: 'X', ErrorMessage: 'y' }],
    UnprocessedIdentifiers: [{ FeatureGroupName: 'g', RecordIdentifiersValueAsString: ['3'], FeatureNames: ['a'] }],
  };
  const { $metadata: _, ...ofSdk } = await createClient().send(new BatchGetRecordCommand(identifiers));
  const { batchGetRecord } = await openCalls();
  expect(await batchGetRecord(identifiers)).toEqual(ofSdk);
  expect(received.map(isSdk)).toEqual([false]);
});

test("the first call is the SDK's, whatever other operation came before", async () => {
  const client = createClient();
  const { batchGetRecord } = directCalls(client);
  await client.send(new GetRecordCommand({ FeatureGroupName: 'g', RecordIdentifierValueAsString: '1' }));
  await batchGetRecord(identifiers);
  await batchGetRecord(identifiers);
  expect(received.map(isSdk)).toEqual([true, true, false]);
  expect(received[2]?.path).toBe('/under/here/BatchGetRecord');
});

test('calls that are under way together have each their own body', async () => {
  const { batchWriteRecord } = await openCalls();
  const values = ['a', 'b', 'c', 'd'];
  await Promise.all(values.map((value) => batchWriteRecord({ Entries: [entryOf(value)] })));
  const sent = received.map(({ body }) => JSON.parse(body).Entries[0].Record[0].ValueAsString);
  expect(sent.sort()).toEqual(values);
});

test('a reader and a writer of one client both find the way', async () => {
  const client = createClient();
  for (let round = 0; round < 2; round++) {
    await directCalls(client).batchGetRecord(identifiers);
    await directCalls(client).batchWriteRecord({ Entries: [entryOf('a')] });
  }
  expect(received.map(isSdk)).toEqual([true, false, false, false]);
});

describe('what is not an answer of 200 is made again by the SDK', () => {
  test.each([
    { what: 'a refusal', first: 503 },
    { what: 'a throttle', first: 429 },
    { what: 'a connection that ends', first: 0 },
  ])('$what', async ({ first }) => {
    const { batchWriteRecord } = await openCalls();
    statuses = [first, 200];
    expect(await batchWriteRecord({ Entries: [entryOf('a')] })).toMatchObject(written);
    expect(received.map(isSdk)).toEqual([false, true]);
    expect(received[1]?.body).toBe(received[0]?.body);
  });

  test('with its own attempts and its own error', async () => {
    const { batchGetRecord } = await openCalls({ maxAttempts: 2 });
    statuses = [503];
    const calling = batchGetRecord(identifiers);
    await expect(calling).rejects.toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
    expect(received.map(isSdk)).toEqual([false, true, true]);
  });

  test('and the next call is direct again', async () => {
    const { batchGetRecord } = await openCalls();
    statuses = [503, 200];
    await batchGetRecord(identifiers);
    await batchGetRecord(identifiers);
    expect(received.map(isSdk)).toEqual([false, true, false]);
  });
});
