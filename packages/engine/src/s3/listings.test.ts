import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'listed';
const KEYS = ['a', 'a b+c', 'a/1', 'a/2', 'a/b/3', 'dt=1/x', 'é&<>', '\uffee', '😀'];

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
  await Promise.all(KEYS.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
});
afterAll(() => server.close());

test('keys come in UTF-8 byte order, page by page', async () => {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize: 2 }, { Bucket })) {
    expect(page.KeyCount).toBeLessThanOrEqual(2);
    found.push(...(page.Contents ?? []).map((item) => item.Key ?? ''));
  }
  expect(found).toEqual(KEYS);
});

test('a delimiter rolls keys up, and a page may end on a rolled-up prefix', async () => {
  const seen: unknown[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize: 1 }, { Bucket, Delimiter: '/' })) {
    seen.push(page.Contents?.[0]?.Key ?? page.CommonPrefixes?.[0]?.Prefix);
  }
  expect(seen).toEqual(['a', 'a b+c', 'a/', 'dt=1/', 'é&<>', '\uffee', '😀']);
  const below = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'a/' }));
  expect(below).toMatchObject({ KeyCount: 3, CommonPrefixes: [{ Prefix: 'a/b/' }], Delimiter: '/', IsTruncated: false });
});

test('an entry tells size, quoted ETag, time and class', async () => {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'dt=', FetchOwner: true }));
  expect(Contents).toEqual([
    {
      Key: 'dt=1/x',
      Size: 6,
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      LastModified: expect.any(Date),
      StorageClass: 'STANDARD',
      Owner: { ID: '123456789012' },
      ChecksumAlgorithm: ['CRC32'],
      ChecksumType: 'FULL_OBJECT',
    },
  ]);
});

test('keys can be asked for in encoded form, in which they are all printable', async () => {
  const answer = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'a ' }));
  expect(answer).toMatchObject({ EncodingType: 'url', Prefix: 'a+' });
  expect(answer.Contents?.[0]?.Key).toBe('a+b%2Bc');
});

test('the first version of the listing goes on from its markers', async () => {
  const found: string[] = [];
  let Marker: string | undefined;
  do {
    const page: {
      NextMarker?: string;
      IsTruncated?: boolean;
      Contents?: { Key?: string }[];
      CommonPrefixes?: { Prefix?: string }[];
    } = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2, Marker }));
    found.push(
      ...(page.Contents ?? []).map((item) => item.Key ?? ''),
      ...(page.CommonPrefixes ?? []).map((item) => item.Prefix ?? ''),
    );
    Marker = page.IsTruncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  expect(found.sort()).toEqual(['a', 'a b+c', 'a/', 'dt=1/', 'é&<>', '\uffee', '😀'].sort());
});

test('StartAfter skips, a foreign token and a negative count are refused', async () => {
  const answer = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'a/2', MaxKeys: 1 }));
  expect(answer.Contents?.map((item) => item.Key)).toEqual(['a/b/3']);
  await expect(client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'not a token!' }))).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  await expect(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }))).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  const none = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
  expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false });
});
