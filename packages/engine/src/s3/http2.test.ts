import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let h2: http2.Http2Server;
let session: http2.ClientHttp2Session;

beforeEach(async () => {
  server = await startTestServer();
  server.s3.buckets.ensureBucket('over-h2');
  h2 = http2.createServer((message, response) => void server.s3.handle(message, response));
  await new Promise<void>((resolve) => h2.listen(0, '127.0.0.1', resolve));
  session = http2.connect(`http://127.0.0.1:${(h2.address() as AddressInfo).port}`);
});
afterEach(async () => {
  session.close();
  await new Promise((resolve) => h2.close(resolve));
  await server.close();
});

async function send(method: string, path: string, body?: Buffer) {
  const stream = session.request({ ':method': method, ':path': path });
  stream.end(body);
  const headers = await new Promise<http2.IncomingHttpHeaders & { ':status'?: number }>((resolve) =>
    stream.on('response', resolve),
  );
  return { status: headers[':status'], headers, body: await text(stream) };
}

test('HTTP/2 serves small and large objects, listings and errors', async () => {
  const large = Buffer.alloc(300_000, 'large ');
  expect((await send('PUT', '/over-h2/small', Buffer.from('x'))).status).toBe(200);
  expect((await send('PUT', '/over-h2/large', large)).status).toBe(200);
  expect((await send('GET', '/over-h2/small')).body).toBe('x');
  expect((await send('GET', '/over-h2/large')).body).toBe(large.toString());
  expect((await send('GET', '/over-h2?list-type=2')).body).toContain('<Key>large</Key>');
  expect(await send('GET', '/over-h2/absent')).toMatchObject({
    status: 404,
    body: expect.stringContaining('<Code>NoSuchKey</Code>'),
  });
  const head = await send('HEAD', '/over-h2/large');
  expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '300000', '']);
});
