import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
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

const text = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
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
    'quote\'s "x" <&> \\ : * ? |',
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
    await client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: new Uint8Array() }));
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
