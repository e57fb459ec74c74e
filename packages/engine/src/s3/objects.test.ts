import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'raw-data';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const text = async (Key: string, VersionId?: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');

describe('an object', () => {
  test('comes back with its bytes, ETag, type and metadata', async () => {
    const answer = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'one.csv',
        Body: 'a,b\n',
        ContentType: 'text/csv',
        CacheControl: 'no-store',
        Expires: new Date('2030-01-02T03:04:05Z'),
        Metadata: { source: 'export' },
        Tagging: 'kind=raw&x=%2B',
      }),
    );
    expect(answer.ETag).toBe(`"${md5('a,b\n')}"`);
    expect(answer.ChecksumCRC32).toBeTypeOf('string');
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'one.csv' }));
    expect(await got.Body?.transformToString()).toBe('a,b\n');
    expect(got).toMatchObject({
      ContentType: 'text/csv',
      CacheControl: 'no-store',
      ExpiresString: 'Wed, 02 Jan 2030 03:04:05 GMT',
      Metadata: { source: 'export' },
      ContentLength: 4,
      AcceptRanges: 'bytes',
      TagCount: 2,
      ETag: answer.ETag,
    });
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'one.csv' }));
    expect(tags.TagSet).toEqual([
      { Key: 'kind', Value: 'raw' },
      { Key: 'x', Value: '+' },
    ]);
  });

  test.each([
    'a b',
    'a+b',
    'dt=2001-01-01/x%20y.csv',
    '100%',
    'ÄÖ/日本/😀.txt',
    '../../../etc/passwd',
    'a/../../b',
    './x',
    '/leading',
    '//two',
    'trailing/',
    'double//slash',
    '~tilde',
    '.',
    '..',
    "quote's \"x\" <&> \\ : * ? |",
    'line\nbreak\tand\u0001control',
    'k'.repeat(1024),
    'ü'.repeat(512),
    `${'d'.repeat(300)}/${'%'.repeat(300)}`,
  ])('can have the key %j', async (Key) => {
    await put(Key, `body of ${Key}`);
    expect(await text(Key)).toBe(`body of ${Key}`);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key, EncodingType: 'url' }));
    expect(Contents?.map((item) => decodeURIComponent((item.Key ?? '').replaceAll('+', ' ')))).toContain(Key);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(text(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('with a key of more than 1024 bytes is refused', async () => {
    await expect(put('ü'.repeat(513), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  test('lives beside others below its own name', async () => {
    await Promise.all([put('a', '1'), put('a/b', '2'), put('a/b/c', '3'), put('a/', '4')]);
    expect(await Promise.all(['a', 'a/b', 'a/b/c', 'a/'].map((key) => text(key)))).toEqual(['1', '2', '3', '4']);
  });

  test('can be empty', async () => {
    await put('empty', '');
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'empty' }));
    expect(got.ContentLength).toBe(0);
    expect(await got.Body?.transformToString()).toBe('');
  });

  test('that is streamed in of unknown length is stored without its framing', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abcdefg');
    const pieces = Array.from({ length: 30 }, (_, index) => bytes.subarray(index * 100_000, (index + 1) * 100_000));
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'streamed.gz',
        Body: Readable.from(pieces),
        ContentLength: bytes.length,
        ContentEncoding: 'gzip',
      }),
    );
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'streamed.gz' }));
    expect(got).toMatchObject({ ContentEncoding: 'gzip', ContentLength: bytes.length, ETag: `"${md5(bytes)}"` });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  test.each([
    // The check values of the CRC catalogue for "123456789", as bytes.
    ['CRC32', Buffer.from('cbf43926', 'hex')],
    ['CRC32C', Buffer.from('e3069283', 'hex')],
    ['CRC64NVME', Buffer.from('ae8b14860a799888', 'hex')],
    ['SHA1', createHash('sha1').update('123456789').digest()],
    ['SHA256', createHash('sha256').update('123456789').digest()],
  ] as const)('keeps its %s and gives it back on request', async (ChecksumAlgorithm, known) => {
    const Key = `checksum/${ChecksumAlgorithm}`;
    const member = `Checksum${ChecksumAlgorithm}` as const;
    await client.send(new PutObjectCommand({ Bucket, Key, Body: '123456789', ChecksumAlgorithm }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ [member]: known.toString('base64'), ChecksumType: 'FULL_OBJECT' });
    const plain = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(plain[member]).toBeUndefined();
  });
});

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

  test('with chunk signatures in order is accepted', async () => {
    const body = '3;chunk-signature=abc\r\nbod\r\n1;chunk-signature=def\r\ny\r\n0;chunk-signature=0\r\n\r\n';
    const answer = await send({ 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }, body, 'signed');
    expect(answer.status).toBe(200);
    expect(await text('signed')).toBe('body');
  });
});

describe('a range', () => {
  beforeAll(() => put('digits', '0123456789'));

  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ])('%s gives %j', async (Range, expected, ContentRange) => {
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
    expect(await got.Body?.transformToString()).toBe(expected);
    expect(got).toMatchObject({ ContentRange, ContentLength: expected.length, $metadata: { httpStatusCode: 206 } });
  });

  test.each(['bytes=3-2', 'bytes=0-1,4-5', 'rows=1-2', 'bytes=-'])('%s is as if it were not there', async (Range) => {
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
    expect(await got.Body?.transformToString()).toBe('0123456789');
    expect(got.$metadata.httpStatusCode).toBe(200);
  });

  test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s is not satisfiable', async (Range) => {
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }))).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });
});

describe('a condition', () => {
  test('keeps a second writer out', async () => {
    const send = () => client.send(new PutObjectCommand({ Bucket, Key: 'lease', Body: 'mine', IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, send));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed' });
    }
    expect(await text('lease')).toBe('mine');
  });

  test('lets a write through only over what was read', async () => {
    const { ETag } = await put('cas', '1');
    const over = (IfMatch: string | undefined, Body: string) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'cas', Body, IfMatch }));
    await over(ETag, '2');
    await expect(over(ETag, '3')).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key: 'absent', Body: 'x', IfMatch: ETag })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await text('cas')).toBe('2');
  });

  test('on a read answers 304 or 412', async () => {
    const { ETag } = await put('read', 'x');
    const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'read' }));
    const get = (condition: object) => client.send(new GetObjectCommand({ Bucket, Key: 'read', ...condition }));
    const later = new Date((LastModified as Date).getTime() + 1000);
    const earlier = new Date((LastModified as Date).getTime() - 1000);
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfModifiedSince: LastModified })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfUnmodifiedSince: earlier })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    expect((await get({ IfMatch: ETag, IfUnmodifiedSince: earlier })).ContentLength).toBe(1);
    expect((await get({ IfNoneMatch: '"other"', IfModifiedSince: later })).ContentLength).toBe(1);
    expect((await get({ IfModifiedSince: earlier })).ContentLength).toBe(1);
    await expect(
      client.send(new HeadObjectCommand({ Bucket, Key: 'read', IfNoneMatch: ETag })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });
});

describe('a copy', () => {
  const source = (key: string) => `${Bucket}/${encodeURIComponent(key)}`;

  test('takes bytes, metadata and tags along, also from a key full of signs', async () => {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'from+me =ü%', Body: 'copied', ContentType: 'text/x', Metadata: { m: '1' }, Tagging: 't=1' }),
    );
    const answer = await client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: source('from+me =ü%') }));
    expect(answer.CopyObjectResult?.ETag).toBe(`"${md5('copied')}"`);
    await put('from+me =ü%', 'changed afterwards');
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect(await got.Body?.transformToString()).toBe('copied');
    expect(got).toMatchObject({ ContentType: 'text/x', Metadata: { m: '1' }, TagCount: 1 });
  });

  test('can replace metadata and tags', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', Metadata: { m: '1' }, Tagging: 't=1' }));
    const copy = { Bucket, Key: 'x', CopySource: source('x') };
    await expect(client.send(new CopyObjectCommand(copy))).rejects.toMatchObject({ name: 'InvalidRequest' });
    await client.send(
      new CopyObjectCommand({ ...copy, MetadataDirective: 'REPLACE', Metadata: { n: '2' }, TaggingDirective: 'REPLACE' }),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'x' }));
    expect(head.Metadata).toEqual({ n: '2' });
    expect(head.TagCount).toBeUndefined();
  });

  test('heeds its conditions and names what is missing', async () => {
    const { ETag } = await put('guarded', '1');
    const copy = { Bucket, Key: 'guarded-copy', CopySource: source('guarded') };
    await expect(client.send(new CopyObjectCommand({ ...copy, CopySourceIfNoneMatch: ETag }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await client.send(new CopyObjectCommand({ ...copy, CopySourceIfMatch: ETag, IfNoneMatch: '*' }));
    await expect(client.send(new CopyObjectCommand({ ...copy, IfNoneMatch: '*' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(
      client.send(new CopyObjectCommand({ Bucket, Key: 'y', CopySource: source('nothing') })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('deleting', () => {
  test('many keys names each, and what is absent counts as deleted', async () => {
    const keys = ['del/1', 'del/ü &<>', 'del/3'];
    await Promise.all(keys.map((key) => put(key, 'x')));
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [...keys, 'del/absent'].map((Key) => ({ Key })) } }),
    );
    expect(answer.Deleted?.map((item) => item.Key)).toEqual([...keys, 'del/absent']);
    expect(answer.Errors ?? []).toEqual([]);
    const left = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'del/' }));
    expect(left.KeyCount).toBe(0);
  });

  test('many keys quietly says nothing', async () => {
    await put('quiet', 'x');
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'quiet' }], Quiet: true } }),
    );
    expect(answer.Deleted ?? []).toEqual([]);
    await expect(text('quiet')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('under a condition spares what has changed', async () => {
    const { ETag } = await put('if', '1');
    await put('if', '2');
    await expect(client.send(new DeleteObjectCommand({ Bucket, Key: 'if', IfMatch: ETag }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await text('if')).toBe('2');
  });
});

test('tags can be changed, and too many are refused', async () => {
  await put('tagged', 'x');
  const set = (count: number) =>
    client.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key: 'tagged',
        Tagging: { TagSet: Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' })) },
      }),
    );
  await set(10);
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'tagged' }))).TagCount).toBe(10);
  await expect(set(11)).rejects.toMatchObject({ name: 'BadRequest' });
});

test('attributes tell size, ETag and checksum without the bytes', async () => {
  await put('attributes', 'abc');
  const answer = await client.send(
    new GetObjectAttributesCommand({ Bucket, Key: 'attributes', ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] }),
  );
  expect(answer).toMatchObject({ ETag: md5('abc'), ObjectSize: 3, Checksum: { ChecksumType: 'FULL_OBJECT' } });
});

test('a HEAD of what is absent has no body and reads as Not Found', async () => {
  const answer = await fetch(`${server.endpoint}/${Bucket}/absent`, { method: 'HEAD' });
  expect([answer.status, answer.statusText, await answer.text()]).toEqual([404, 'Not Found', '']);
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject({ name: 'NotFound' });
});
