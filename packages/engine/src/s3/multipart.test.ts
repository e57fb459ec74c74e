import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChecksum } from './checksums.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'in-parts';
const MIB = 1024 * 1024;
const FIRST = Buffer.alloc(5 * MIB, 'first ');
const SECOND = Buffer.from('second');

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const md5 = (...bytes: Buffer[]) => createHash('md5').update(Buffer.concat(bytes));
const start = async (Key: string, options: object = {}) =>
  (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }))).UploadId as string;
const send = async (
  Key: string,
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  options: object = {},
): Promise<CompletedPart> => {
  const part = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...options }));
  return { PartNumber, ETag: part.ETag };
};
const complete = (Key: string, UploadId: string, Parts: CompletedPart[], options: object = {}) =>
  client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...options }));

test('parts become one object with the ETag of their MD5s', async () => {
  const Key = 'two parts';
  const UploadId = await start(Key, { ContentType: 'text/plain', Metadata: { m: '1' }, Tagging: 't=1' });
  const second = await send(Key, UploadId, 7, SECOND);
  const first = await send(Key, UploadId, 3, FIRST);
  const etag = `"${md5(md5(FIRST).digest(), md5(SECOND).digest()).digest('hex')}-2"`;
  expect(await complete(Key, UploadId, [first, second])).toMatchObject({ Bucket, Key, ETag: etag });

  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat([FIRST, SECOND]))).toBe(true);
  expect(got).toMatchObject({ ETag: etag, ContentType: 'text/plain', Metadata: { m: '1' }, TagCount: 1 });

  const part = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
  expect(await part.Body?.transformToString()).toBe('second');
  expect(part).toMatchObject({ PartsCount: 2, $metadata: { httpStatusCode: 206 } });

  const attributes = await client.send(
    new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'ObjectSize'] }),
  );
  expect(attributes).toMatchObject({ ObjectSize: FIRST.length + SECOND.length, ObjectParts: { TotalPartsCount: 2 } });

  const copy = await client.send(new CopyObjectCommand({ Bucket, Key: 'whole', CopySource: `${Bucket}/two%20parts` }));
  expect(copy.CopyObjectResult?.ETag).toBe(`"${md5(FIRST, SECOND).digest('hex')}"`);
});

test.each<[ChecksumAlgorithm, ChecksumType]>([
  ['CRC32', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
  ['SHA256', 'COMPOSITE'],
])('a %s is kept as %s', async (ChecksumAlgorithm, type) => {
  const Key = `${ChecksumAlgorithm}-${type}`;
  const UploadId = await start(Key, { ChecksumAlgorithm, ChecksumType: type });
  const parts = [
    await send(Key, UploadId, 1, FIRST, { ChecksumAlgorithm }),
    await send(Key, UploadId, 2, SECOND, { ChecksumAlgorithm }),
  ];
  const digest = async (...pieces: Uint8Array[]) => {
    const checksum = createChecksum(ChecksumAlgorithm);
    for (const piece of pieces) checksum.update(piece);
    return checksum.digest();
  };
  const ofParts = await Promise.all([FIRST, SECOND].map(async (bytes) => Buffer.from(await digest(bytes), 'base64')));
  const expected = type === 'FULL_OBJECT' ? await digest(FIRST, SECOND) : `${await digest(...ofParts)}-2`;
  const answer = await complete(Key, UploadId, parts);
  expect(answer).toMatchObject({ [`Checksum${ChecksumAlgorithm}`]: expected, ChecksumType: type });
  const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({ [`Checksum${ChecksumAlgorithm}`]: expected, ChecksumType: type });
});

test('wrong parts, a wrong order and small parts are refused by name', async () => {
  const Key = 'refused';
  const UploadId = await start(Key);
  const small = await send(Key, UploadId, 1, SECOND);
  const big = await send(Key, UploadId, 2, FIRST);
  const code = (parts: CompletedPart[]) => complete(Key, UploadId, parts).catch((error: Error) => error.name);
  expect(await code([{ PartNumber: 1, ETag: '"0"' }])).toBe('InvalidPart');
  expect(await code([{ ...small, PartNumber: 9 }])).toBe('InvalidPart');
  expect(await code([big, small])).toBe('InvalidPartOrder');
  expect(await code([small, big])).toBe('EntityTooSmall');
  expect(await code([])).toBe('MalformedXML');
  await expect(send(Key, UploadId, 0, SECOND)).rejects.toMatchObject({ name: 'InvalidArgument' });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('uploads and parts are listed until they are aborted', async () => {
  const Key = 'listed & aborted';
  const UploadId = await start(Key);
  await send(Key, UploadId, 1, SECOND);
  await send(Key, UploadId, 2, SECOND);
  const parts = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
  expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1', Parts: [{ PartNumber: 1, Size: 6 }] });
  const next = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: '1' }));
  expect(next).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 2 }] });
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed' }));
  expect(uploads.Uploads).toMatchObject([{ Key, UploadId }]);

  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed' }))).Uploads).toBeUndefined();
  await expect(send(Key, UploadId, 3, SECOND)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect(complete(Key, UploadId, [{ PartNumber: 1, ETag: '"x"' }])).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a part sent again replaces the first one', async () => {
  const Key = 'again';
  const UploadId = await start(Key);
  await send(Key, UploadId, 1, Buffer.from('old'));
  await complete(Key, UploadId, [await send(Key, UploadId, 1, Buffer.from('new'))]);
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(await got.Body?.transformToString()).toBe('new');
});

test('a part can be copied from a range of another object', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'src', Body: '0123456789' }));
  const Key = 'from ranges';
  const UploadId = await start(Key);
  const copy = (CopySourceRange: string) =>
    client.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/src`, CopySourceRange }),
    );
  await expect(copy('bytes=5-10')).rejects.toMatchObject({ name: 'InvalidArgument' });
  const { CopyPartResult } = await copy('bytes=2-5');
  await complete(Key, UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(await got.Body?.transformToString()).toBe('2345');
});

test('an upload can be completed on the condition that nothing is there', async () => {
  const Key = 'conditional';
  const UploadId = await start(Key);
  const part = await send(Key, UploadId, 1, SECOND);
  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'first come' }));
  await expect(complete(Key, UploadId, [part], { IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await complete(Key, UploadId, [part]);
});
