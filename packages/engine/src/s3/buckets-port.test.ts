import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
const bucket = 'inside';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

beforeEach(async () => {
  server = await startTestServer();
  server.s3.buckets.ensureBucket(bucket);
  server.s3.buckets.ensureBucket(bucket);
});
afterEach(() => server.close());

test('what is put inside is read outside', async () => {
  const stored = await server.s3.buckets.put(bucket, 'k/ü', Buffer.from('bytes'));
  expect(stored).toMatchObject({ key: 'k/ü', versionId: undefined, etag: md5('bytes'), sizeBytes: 5 });
  const got = await server.client().send(new GetObjectCommand({ Bucket: bucket, Key: 'k/ü' }));
  expect(await got.Body?.transformToString()).toBe('bytes');
  expect(server.s3.buckets.head(bucket, 'k/ü')).toEqual(stored);
});

test('a finished file is taken over without a copy', async () => {
  const source = join(server.dataDir, 'finished.parquet');
  writeFileSync(source, 'PAR1');
  const stored = await server.s3.buckets.adopt(bucket, 'dt=1/part.parquet', source);
  expect(existsSync(source)).toBe(false);
  expect(readFileSync(stored.file, 'utf8')).toBe('PAR1');
  expect(stored).toMatchObject({ etag: md5('PAR1'), sizeBytes: 4 });
});

test('a listing has the latest versions in UTF-8 byte order', async () => {
  await server.client().send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const key of ['p/😀', 'p/\uffee', 'p/b', 'p/a', 'q']) await server.s3.buckets.put(bucket, key, Buffer.from('1'));
  const first = server.s3.buckets.head(bucket, 'p/a');
  const again = await server.s3.buckets.put(bucket, 'p/a', Buffer.from('22'));
  await server.s3.buckets.remove(bucket, 'p/b');
  const list = server.s3.buckets.list(bucket, 'p/');
  expect(list.map((object) => object.key)).toEqual(['p/a', 'p/\uffee', 'p/😀']);
  expect(list[0]).toEqual(again);
  expect(server.s3.buckets.head(bucket, 'p/b')).toBeUndefined();
  expect(server.s3.buckets.head(bucket, 'p/a', first?.versionId)).toEqual(first);
});

test('an unknown bucket is named', async () => {
  await expect(server.s3.buckets.put('nowhere', 'k', Buffer.from('x'))).rejects.toMatchObject({ code: 'NoSuchBucket' });
  expect(() => server.s3.buckets.list('nowhere', '')).toThrow('The specified bucket does not exist');
  expect(server.s3.buckets.head('nowhere', 'k')).toBeUndefined();
});
