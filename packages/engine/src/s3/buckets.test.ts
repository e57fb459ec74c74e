import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket: 'first' }));
});
afterAll(() => server.close());

test('a bucket is created, found, listed and deleted', async () => {
  const Bucket = 'short-lived';
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'us-west-2' } }));
  expect((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-west-2');
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('us-west-2');
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets?.map((bucket) => bucket.Name)).toEqual(['first', Bucket]);
  expect(Buckets?.[0]?.CreationDate).toBeInstanceOf(Date);
  await client.send(new DeleteBucketCommand({ Bucket }));
  await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('a bucket that holds something is not deleted', async () => {
  const Bucket = 'full-bucket';
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
  await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await client.send(new DeleteBucketCommand({ Bucket }));
});

test('one’s own bucket cannot be created again, except in us-east-1', async () => {
  await expect(client.send(new CreateBucketCommand({ Bucket: 'first' }))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
  const east = await startTestServer({ region: 'us-east-1' });
  const create = () => east.client({ region: 'us-east-1' }).send(new CreateBucketCommand({ Bucket: 'again' }));
  await create();
  await create();
  const location = await east.client().send(new GetBucketLocationCommand({ Bucket: 'again' }));
  expect(location.LocationConstraint).toBeUndefined();
  await east.close();
});

test.each(['ab', 'Upper', 'under_score', '-dash', 'two..dots', '192.168.0.1', 'x'.repeat(64)])(
  'a bucket cannot be called %s',
  async (Bucket) => {
    const answer = await fetch(`${server.endpoint}/${Bucket}`, { method: 'PUT' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('<Code>InvalidBucketName</Code>');
  },
);

test('what is missing is named', async () => {
  await expect(client.send(new ListObjectsV2Command({ Bucket: 'nowhere' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
    BucketName: 'nowhere',
  });
  await expect(client.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
});

test('a request that expects another owner is refused', async () => {
  const head = (ExpectedBucketOwner: string) => client.send(new HeadBucketCommand({ Bucket: 'first', ExpectedBucketOwner }));
  await head('123456789012');
  await expect(head('999999999999')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
});

test('a policy is kept and returned as it was put', async () => {
  const Policy = '{ "Version": "2012-10-17",\n "Statement": [] }';
  const get = () => client.send(new GetBucketPolicyCommand({ Bucket: 'first' }));
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  await client.send(new PutBucketPolicyCommand({ Bucket: 'first', Policy }));
  expect((await get()).Policy).toBe(Policy);
  await client.send(new DeleteBucketPolicyCommand({ Bucket: 'first' }));
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
  await expect(client.send(new PutBucketPolicyCommand({ Bucket: 'first', Policy: 'not json' }))).rejects.toMatchObject({
    name: 'MalformedPolicy',
  });
});

describe('what S3 has and this engine has not', () => {
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${server.endpoint}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

  test.each([
    ['PUT', '/first?website', 'website'],
    ['GET', '/first?acl', 'acl'],
    ['DELETE', '/first?lifecycle', 'lifecycle'],
    ['PUT', '/first?encryption', 'encryption'],
    ['GET', '/first/a?torrent', 'torrent'],
    ['PUT', '/first/a?acl', 'acl'],
    ['PUT', '/first/a?retention', 'retention'],
    ['DELETE', '/first/a?annotation', 'annotation'],
    ['PUT', '/first/a?made-up', 'made-up'],
    ['POST', '/first/a?select&select-type=2', 'select'],
    ['POST', '/first/a?restore', 'restore'],
    ['POST', '/first', 'POST'],
  ])('%s %s is refused by name', async (method, path, name) => {
    const answer = await send(method, path);
    const document = await answer.text();
    expect(answer.status).toBe(501);
    expect(document).toContain('<Code>NotImplemented</Code>');
    expect(/<Message>(.*)<\/Message>/.exec(document)?.[1]).toContain(name);
  });

  test.each([
    ['x-amz-server-side-encryption', 'aws:kms', 501],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256', 501],
    ['x-amz-object-lock-mode', 'GOVERNANCE', 501],
    ['x-amz-storage-class', 'DEEP_ARCHIVE', 501],
    ['x-amz-write-offset-bytes', '4', 501],
    ['x-amz-made-up', '1', 501],
    ['x-amz-acl', 'public-read', 400],
    ['if-none-match', '"an-etag"', 501],
  ])('the header %s: %s on a put is refused, and nothing is stored', async (name, value, status) => {
    const answer = await send('PUT', '/first/with-header', { [name]: value }, 'x');
    expect(answer.status).toBe(status);
    expect((await send('HEAD', '/first/with-header')).status).toBe(404);
  });

  test('the version of the API that the C++ SDK names in a header is no obstacle', async () => {
    expect((await send('HEAD', '/first', { 'x-amz-api-version': '2006-03-01' })).status).toBe(200);
  });

  test('nothing was done by any of these', async () => {
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'first' }))).KeyCount).toBe(0);
    await client.send(new HeadBucketCommand({ Bucket: 'first' }));
  });

  test('a method that no resource has is refused', async () => {
    expect((await send('PATCH', '/first/a')).status).toBe(405);
  });
});

test('a broken request gets an answer, not a crash', async () => {
  const bad = [
    ['GET', '/first/%ff'],
    ['GET', '/%zz'],
    ['GET', '/first?list-type=2&max-keys=many'],
    ['PUT', '/first?versioning'],
  ] as const;
  for (const [method, path] of bad) {
    const answer = await fetch(server.endpoint + path, { method });
    expect(answer.status).toBe(400);
  }
  const xml = '<Delete><Object><Key>a&unknown;b</Key></Object></Delete>';
  const answer = await fetch(`${server.endpoint}/first?delete`, { method: 'POST', body: xml });
  expect(await answer.text()).toContain('<Code>MalformedXML</Code>');
});

test('a presigned URL is accepted, whatever it brings in its query', async () => {
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': 'test/20300101/eu-west-1/s3/aws4_request',
    'X-Amz-Date': '20300101T000000Z',
    'X-Amz-Expires': '900',
    'X-Amz-Signature': '0'.repeat(64),
    'X-Amz-SignedHeaders': 'host',
    'x-amz-meta-origin': 'presigned',
    'x-id': 'PutObject',
  });
  const url = `${server.endpoint}/first/presigned%20%2B`;
  expect((await fetch(`${url}?${query}`, { method: 'PUT', body: 'signed' })).status).toBe(200);
  const answer = await fetch(
    `${url}?${query}&response-content-type=text%2Fplain`
      .replace('x-id=PutObject', 'x-id=GetObject')
      .replace('x-amz-meta-origin=presigned&', ''),
  );
  expect([
    answer.status,
    await answer.text(),
    answer.headers.get('x-amz-meta-origin'),
    answer.headers.get('content-type'),
  ]).toEqual([200, 'signed', 'presigned', 'text/plain']);
});

test('a path never leads out of the data directory, not even encoded', async () => {
  await client.send(new PutObjectCommand({ Bucket: 'first', Key: '../../../../escaped', Body: 'x' }));
  const file = server.s3.buckets.head('first', '../../../../escaped')?.file ?? '';
  expect(file.startsWith(`${server.dataDir}/s3/objects/first/`)).toBe(true);
  expect((await fetch(`${server.endpoint}/..%2f..%2fetc/passwd`)).status).toBe(404);
});
