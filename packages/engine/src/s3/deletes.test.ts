import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: S3Client;
const Bucket = 'deleted';

beforeAll(async () => {
  server = await startTestServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => server.close());

const text = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));

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
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'quiet' }], Quiet: true } }));
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
