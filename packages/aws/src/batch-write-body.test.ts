import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  BatchGetRecordCommand,
  BatchWriteRecordCommand,
  type BatchWriteRecordEntry,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withPrintedBatchWrites } from './batch-write-body.ts';

let server: Server;
let received: { path: string; length: string | undefined; body: string }[];
beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8');
    received.push({ path: String(request.url), length: request.headers['content-length'], body });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const createClient = () =>
  new SageMakerFeatureStoreRuntimeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    cacheMiddleware: true,
  });

const entryOf = (value: string): BatchWriteRecordEntry => ({
  FeatureGroupName: 'g',
  Record: [
    { FeatureName: 'entity_key', ValueAsString: value },
    { FeatureName: 'tags', ValueAsStringList: [value, 'b'] },
  ],
  TargetStores: ['OnlineStore', 'OfflineStore'],
});

test('the body is what the SDK prints, byte for byte, of every call', async () => {
  const [plain, printed] = [createClient(), withPrintedBatchWrites(createClient())];
  for (const value of ['a', 'ü "quoted" \\ \u2028 \u0007 😀', '']) {
    const Entries = [entryOf(value), entryOf('other')];
    for (const client of [plain, printed]) await client.send(new BatchWriteRecordCommand({ Entries }));
  }
  expect(received).toHaveLength(6);
  for (let at = 0; at < received.length; at += 2) expect(received[at + 1]).toEqual(received[at]);
  expect(new Set(received.map(({ body }) => body)).size).toBe(3);
});

test('calls that are under way together have each their own body', async () => {
  const client = withPrintedBatchWrites(createClient());
  const values = ['a', 'b', 'c', 'd'];
  await Promise.all(values.map((value) => client.send(new BatchWriteRecordCommand({ Entries: [entryOf(value)] }))));
  const sent = received.map(({ body }) => JSON.parse(body).Entries[0].Record[0].ValueAsString);
  expect(sent.sort()).toEqual(values);
});

test('other operations of the client are as they were', async () => {
  const client = withPrintedBatchWrites(createClient());
  const Identifiers = [{ FeatureGroupName: 'g', RecordIdentifiersValueAsString: ['1'] }];
  await client.send(new BatchGetRecordCommand({ Identifiers }));
  expect(received[0]?.path).toBe('/BatchGetRecord');
  expect(JSON.parse(String(received[0]?.body))).toEqual({ Identifiers });
});
