import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createS3ObjectStore } from './s3-object-store.ts';

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());
const store = createS3ObjectStore(new S3Client({ region: 'us-east-1' }));
const fault = (name: string) =>
  new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400, requestId: 'r-1' }, message: 'no' });

test.each(['PreconditionFailed', 'ConditionalRequestConflict'])('put once: %s means that somebody was first', async (name) => {
  s3.on(PutObjectCommand, { IfNoneMatch: '*' }).resolvesOnce({}).rejects(fault(name));
  expect(await store.putOnce('b', 'k', 'x')).toBe('created');
  expect(await store.putOnce('b', 'k', 'x')).toBe('exists');
});

test('a state is replaced only over what was read', async () => {
  s3.on(PutObjectCommand, { IfMatch: 'e1' })
    .resolves({})
    .on(PutObjectCommand, { IfMatch: 'e0' })
    .rejects(fault('PreconditionFailed'));
  expect(await store.replace('b', 'k', 'x', 'e1')).toBe('replaced');
  expect(await store.replace('b', 'k', 'x', 'e0')).toBe('conflict');
});

test.each(['NoSuchKey', 'NotFound'])('what is not there is undefined, not an error (%s)', async (name) => {
  s3.on(GetObjectCommand).rejects(fault(name)).on(HeadObjectCommand).rejects(fault(name));
  expect(await store.read({ bucket: 'b', key: 'k' })).toBeUndefined();
  expect(await store.head({ bucket: 'b', key: 'k' })).toBeUndefined();
});

test("any other fault is a dependency's, under its own name", async () => {
  s3.on(GetObjectCommand).rejects(fault('SlowDown'));
  await expect(store.read({ bucket: 'b', key: 'k' })).rejects.toMatchObject({
    code: 'DEPENDENCY_FAILED',
    message: expect.stringContaining('SlowDown'),
  });
});

test('an empty version id means the newest, an empty range needs no call', async () => {
  s3.on(HeadObjectCommand).resolves({ ContentLength: 1, ETag: '"e"', LastModified: new Date(5) });
  expect(await store.head({ bucket: 'b', key: 'k', versionId: '' })).toEqual({ sizeBytes: 1, etag: 'e', lastModifiedMs: 5 });
  expect(s3.commandCalls(HeadObjectCommand)[0]?.args[0].input).not.toHaveProperty('VersionId');
  expect(await store.read({ bucket: 'b', key: 'k' }, { start: 3, end: 3 })).toEqual(new Uint8Array());
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(0);
});

test('listings are read page by page, to their end', async () => {
  s3.on(ListObjectsV2Command)
    .resolvesOnce({ Contents: [{ Key: 'a' }], NextContinuationToken: 't' })
    .resolves({ Contents: [{ Key: 'b' }] });
  expect((await Array.fromAsync(store.list('b', ''))).map((object) => object.key)).toEqual(['a', 'b']);
  s3.on(ListObjectVersionsCommand)
    .resolvesOnce({
      Versions: [
        { Key: 'a', VersionId: '2', IsLatest: true },
        { Key: 'a', VersionId: '1', IsLatest: false },
      ],
      IsTruncated: true,
      NextKeyMarker: 'a',
      NextVersionIdMarker: '1',
    })
    .resolves({ Versions: [{ Key: 'b', VersionId: 'null', IsLatest: true }] });
  expect((await Array.fromAsync(store.listVersions('b', ''))).map(({ key, versionId }) => [key, versionId])).toEqual([
    ['a', '2'],
    ['b', undefined],
  ]);
});
