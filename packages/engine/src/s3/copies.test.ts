import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'copied';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe('a copy', () => {
  const source = (key: string) => `${Bucket}/${encodeURIComponent(key)}`;

  test('takes bytes, metadata and tags along, also from a key full of signs', async () => {
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'from+me =ü%',
        Body: 'copied',
        ContentType: 'text/x',
        Metadata: { m: '1' },
        Tagging: 't=1',
      }),
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
    await expect(client.send(new CopyObjectCommand({ Bucket, Key: 'y', CopySource: source('nothing') }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });
});
