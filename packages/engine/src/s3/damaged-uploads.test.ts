import http from 'node:http';
import { CreateBucketCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'damaged';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const text = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe('a damaged upload', () => {
  const send = (headers: Record<string, string>, body: string, Key = 'damaged') =>
    fetch(`${server.endpoint}/${Bucket}/${Key}`, { method: 'PUT', headers, body });

  test.each([
    ['a wrong CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'body', 'BadDigest'],
    ['a wrong MD5', { 'content-md5': Buffer.alloc(16).toString('base64') }, 'body', 'BadDigest'],
    ['an MD5 that is none', { 'content-md5': 'abc' }, 'body', 'InvalidDigest'],
    ['a wrong SHA-256', { 'x-amz-content-sha256': '0'.repeat(64) }, 'body', 'XAmzContentSHA256Mismatch'],
    [
      'a wrong trailer',
      { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      '4\r\nbody\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      'BadDigest',
    ],
    [
      'a missing trailer',
      { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      '4\r\nbody\r\n0\r\n\r\n',
      'InvalidRequest',
    ],
    ['no last chunk', { 'content-encoding': 'aws-chunked' }, '4\r\nbody\r\n', 'IncompleteBody'],
    [
      'fewer bytes than it says',
      { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
      '4\r\nbody\r\n0\r\n\r\n',
      'IncompleteBody',
    ],
  ])('with %s is refused and leaves nothing', async (_what, headers, body, code) => {
    const answer = await send(headers, body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    await expect(text('damaged')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('that is refused at its beginning gets its answer, and the connection goes on', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = new URL(server.endpoint);
    const request = (method: string, headers: Record<string, string>, body: Buffer) =>
      new Promise<{ status: number | undefined; localPort: number | undefined }>((resolve, reject) => {
        const options = { port, host: '127.0.0.1', agent, method, path: `/${Bucket}/refused`, headers };
        const sent = http.request(options, (answer) => {
          const localPort = answer.socket.localPort;
          answer.resume().on('end', () => resolve({ status: answer.statusCode, localPort }));
        });
        sent.on('error', reject).end(body);
      });
    const broken = Buffer.concat([Buffer.from('zz\r\n'), Buffer.alloc(2_000_000)]);
    const first = await request('PUT', { 'content-encoding': 'aws-chunked' }, broken);
    const second = await request('PUT', {}, Buffer.from('fine'));
    agent.destroy();
    expect([first.status, second.status]).toEqual([400, 200]);
    expect(second.localPort).toBe(first.localPort);
  });

  test('with chunk signatures in order is accepted', async () => {
    const body = '3;chunk-signature=abc\r\nbod\r\n1;chunk-signature=def\r\ny\r\n0;chunk-signature=0\r\n\r\n';
    const answer = await send({ 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }, body, 'signed');
    expect(answer.status).toBe(200);
    expect(await text('signed')).toBe('body');
  });
});
