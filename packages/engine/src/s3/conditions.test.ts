import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'guarded';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const text = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));

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
    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'absent', Body: 'x', IfMatch: ETag }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
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
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'read', IfNoneMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
  });
});
