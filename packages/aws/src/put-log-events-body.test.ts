import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withPrintedLogEvents } from './put-log-events-body.ts';

let server: Server;
let received: { operation: unknown; length: string | undefined; body: string }[];
beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8');
    received.push({ operation: request.headers['x-amz-target'], length: request.headers['content-length'], body });
    response.setHeader('content-type', 'application/x-amz-json-1.1').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const createClient = () =>
  new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    cacheMiddleware: true,
  });

const place = { logGroupName: '/g', logStreamName: '2026/11/21/[$LATEST]0f' };

test('the body is what the SDK prints, byte for byte, of every call', async () => {
  const [plain, printed] = [createClient(), withPrintedLogEvents(createClient())];
  for (const message of ['{"a":"b"}', 'ü "quoted" \\ \u2028 \u0007 😀']) {
    const logEvents = [
      { timestamp: 1_700_000_000_000, message },
      { timestamp: 1_700_000_000_001, message: 'x' },
    ];
    for (const client of [plain, printed]) await client.send(new PutLogEventsCommand({ ...place, logEvents }));
  }
  expect(received).toHaveLength(4);
  for (let at = 0; at < received.length; at += 2) expect(received[at + 1]).toEqual(received[at]);
});

test('other operations of the client are as they were', async () => {
  await withPrintedLogEvents(createClient()).send(new CreateLogStreamCommand(place));
  expect(received[0]?.operation).toBe('Logs_20140328.CreateLogStream');
  expect(JSON.parse(String(received[0]?.body))).toEqual(place);
});
