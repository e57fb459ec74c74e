import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withConstantUserAgent } from './constant-user-agent.ts';

let server: Server;
let received: IncomingHttpHeaders[];
beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    received.push(request.headers);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

test('every request names the SDK and its version in one header, and is signed', async () => {
  const client = withConstantUserAgent(
    new SageMakerFeatureStoreRuntimeClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }),
  );
  const get = () => client.send(new GetRecordCommand({ FeatureGroupName: 'g', RecordIdentifierValueAsString: '1' }));
  await get();
  await get();
  client.destroy();
  expect(received).toHaveLength(2);
  for (const headers of received) {
    expect(headers['user-agent']).toMatch(/^aws-sdk-js\/\d+\.\d+\.\d+ .*api\/SageMaker-FeatureStore-Runtime\/3/);
    expect(headers).not.toHaveProperty('x-amz-user-agent');
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*SignedHeaders=.*x-amz-date/);
  }
});
