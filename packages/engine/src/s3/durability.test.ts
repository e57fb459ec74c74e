import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
const Bucket = 'kept';

beforeEach(async () => {
  server = await startTestServer();
  await server.client().send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => server.close());

const put = (Key: string, Body: string) => server.client().send(new PutObjectCommand({ Bucket, Key, Body }));
const text = async (Key: string) => (await server.client().send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const files = () =>
  readdirSync(join(server.dataDir, 's3'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('index.sqlite'))
    .map((entry) => entry.name.replace(/^[0-9a-f]{12}~/, ''))
    .sort();

test('what was answered is there after a restart', async () => {
  await put('a/b', '1');
  await put('ü', '2');
  await server.restart();
  expect([await text('a/b'), await text('ü')]).toEqual(['1', '2']);
});

test('a body lies in one file with exactly its bytes', async () => {
  await put('t/dt=1/x.csv', 'a,b\n');
  const { file } = server.s3.buckets.head(Bucket, 't/dt=1/x.csv') ?? { file: '' };
  expect(readFileSync(file, 'utf8')).toBe('a,b\n');
  expect(file).toContain('/t/dt=1/');
});

test('a file without a row is swept away at the start, and so are unfinished uploads', async () => {
  await put('a', '1');
  await server.restart(() => {
    const s3 = join(server.dataDir, 's3');
    mkdirSync(join(s3, 'objects', Bucket, 'new'), { recursive: true });
    writeFileSync(join(s3, 'objects', Bucket, 'new', '0000000000ff~orphan'), 'never committed');
    writeFileSync(join(s3, 'incoming', '7'), 'half a bo');
  });
  expect(files()).toEqual(['a']);
  expect(existsSync(join(server.dataDir, 's3', 'objects', Bucket, 'new'))).toBe(false);
  expect(server.log).toEqual(['s3: removed 1 bodies that no object names, left by a kill']);
  expect(await text('a')).toBe('1');
});

test('a row without a file is named at the start, and reading it fails instead of giving nothing', async () => {
  await put('lost key', '1');
  await put('other', '2');
  const { file } = server.s3.buckets.head(Bucket, 'lost key') ?? { file: '' };
  await server.restart(() => rmSync(file));
  expect(server.log).toEqual([`s3: the body of s3://${Bucket}/lost key is gone from the data directory: reads of it fail`]);
  await expect(text('lost key')).rejects.toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } });
  expect(await text('other')).toBe('2');
  await put('lost key', 'put again');
  expect(await text('lost key')).toBe('put again');
});

test('a replaced body stays a minute for those who have its path, then goes', async () => {
  await put('a', '1');
  const { file } = server.s3.buckets.head(Bucket, 'a') ?? { file: '' };
  await put('a', '2');
  expect(readFileSync(file, 'utf8')).toBe('1');
  server.clock.advance(60_000);
  expect(existsSync(file)).toBe(false);
  expect(await text('a')).toBe('2');
});

test('parts survive a restart until their upload is over', async () => {
  const { UploadId } = await server.client().send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }));
  const part = { Bucket, Key: 'a', UploadId, PartNumber: 1, Body: 'part' };
  await server.client().send(new UploadPartCommand(part));
  await server.restart();
  expect(files()).toHaveLength(1);
});

test('an upload that breaks off leaves nothing', async () => {
  const { port } = new URL(server.endpoint);
  const headers = { 'content-length': 1_000_000 };
  const request = http.request({ port, host: '127.0.0.1', method: 'PUT', path: `/${Bucket}/broken`, headers });
  const gone = new Promise((resolve) => request.on('close', resolve));
  request.on('error', () => {});
  request.write(Buffer.alloc(400_000));
  while (files().length === 0) await setImmediate();
  request.destroy();
  await gone;
  while (files().length > 0) await setImmediate();
  await expect(server.client().send(new HeadObjectCommand({ Bucket, Key: 'broken' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
});

test('numbers go on growing over restarts, so that no file name comes twice', async () => {
  await put('a', '1');
  const before = server.s3.buckets.head(Bucket, 'a')?.file ?? '';
  await server.restart();
  await put('a', '2');
  const after = server.s3.buckets.head(Bucket, 'a')?.file ?? '';
  expect(after > before).toBe(true);
});
