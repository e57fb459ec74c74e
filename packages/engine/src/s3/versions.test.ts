import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
let Bucket = '';
let buckets = 0;
const Key = 'k/ü';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
});
afterAll(() => server.close());
beforeEach(async () => {
  buckets += 1;
  Bucket = `versions-${buckets}`;
  await client.send(new CreateBucketCommand({ Bucket }));
});

const versioning = (Status: 'Enabled' | 'Suspended') =>
  client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = async (Body: string) => (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
const remove = (VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
const get = async (VersionId?: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const list = () => client.send(new ListObjectVersionsCommand({ Bucket }));

test('without versioning there are no version ids, and a put replaces', async () => {
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  expect(await put('1')).toBeUndefined();
  await put('2');
  expect(await get()).toBe('2');
  expect(await get('null')).toBe('2');
  expect((await list()).Versions).toMatchObject([{ Key, VersionId: 'null', IsLatest: true }]);
});

test('with versioning every put is kept under an id of its own', async () => {
  await put('before');
  await versioning('Enabled');
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  const first = await put('1');
  const second = await put('2');
  expect(await Promise.all([get(), get(first), get(second), get('null')])).toEqual(['2', '1', '2', 'before']);
  const { Versions } = await list();
  expect(Versions?.map((item) => [item.VersionId, item.IsLatest])).toEqual([
    [second, true],
    [first, false],
    ['null', false],
  ]);
});

test('a delete puts a marker in front, and deleting the marker brings the object back', async () => {
  await versioning('Enabled');
  const first = await put('1');
  const deleted = await remove();
  expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(get(deleted.VersionId)).rejects.toMatchObject({ name: 'MethodNotAllowed' });
  expect(await get(first)).toBe('1');
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  expect((await list()).DeleteMarkers).toMatchObject([{ Key, VersionId: deleted.VersionId, IsLatest: true }]);

  const answer = await fetch(`${server.endpoint}/${Bucket}/${encodeURI(Key)}`);
  expect(answer.headers.get('x-amz-delete-marker')).toBe('true');

  expect(await remove(deleted.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: deleted.VersionId });
  expect(await get()).toBe('1');
});

test('erasing the latest version makes the one before it the latest', async () => {
  await versioning('Enabled');
  const first = await put('1');
  const second = await put('2');
  await remove(second);
  expect(await get()).toBe('1');
  await remove(first);
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(get(first)).rejects.toMatchObject({ name: 'NoSuchVersion' });
  expect((await list()).Versions).toBeUndefined();
});

test('suspended, puts and deletes replace only the null version', async () => {
  await versioning('Enabled');
  const kept = await put('kept');
  await versioning('Suspended');
  await put('1');
  expect(await put('2')).toBe('null');
  expect((await list()).Versions?.map((item) => item.VersionId)).toEqual(['null', kept]);
  expect(await remove()).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
  expect((await list()).Versions?.map((item) => item.VersionId)).toEqual([kept]);
  expect(await get(kept)).toBe('kept');
});

test('a conditional put counts a deleted object as absent', async () => {
  await versioning('Enabled');
  await put('1');
  await remove();
  await client.send(new PutObjectCommand({ Bucket, Key, Body: '2', IfNoneMatch: '*' }));
  expect(await get()).toBe('2');
});

test('an old version can be copied over the latest', async () => {
  await versioning('Enabled');
  const first = await put('1');
  await put('2');
  const CopySource = `${Bucket}/${encodeURIComponent(Key)}?versionId=${first}`;
  const copied = await client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
  expect(copied.CopySourceVersionId).toBe(first);
  expect(await get()).toBe('1');
  expect(await get(copied.VersionId)).toBe('1');
});

test('several versions are erased in one request', async () => {
  await versioning('Enabled');
  const ids = [await put('1'), await put('2'), (await remove()).VersionId];
  const Objects = ids.map((VersionId) => ({ Key, VersionId }));
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted?.map((item) => item.DeleteMarker ?? false)).toEqual([false, false, true]);
  const left = await list();
  expect([left.Versions, left.DeleteMarkers]).toEqual([undefined, undefined]);
});

test('versions are listed page by page, newest first', async () => {
  await versioning('Enabled');
  const ids = [await put('1'), await put('2'), await put('3')].reverse();
  const found: (string | undefined)[] = [];
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...marker }));
    found.push(...(page.Versions ?? []).map((item) => item.VersionId));
    if (!page.IsTruncated) break;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  expect(found).toEqual(ids);
});

test('a HEAD tells the version', async () => {
  await versioning('Enabled');
  const id = await put('1');
  expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).VersionId).toBe(id);
});
