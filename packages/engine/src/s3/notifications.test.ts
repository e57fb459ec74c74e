import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

const Bucket = 'raw';
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:object-uploaded';
let server: TestServer;
afterEach(() => server.close());

const rule = (Events: Event[], filter: { prefix?: string; suffix?: string } = {}, LambdaFunctionArn = ARN) => ({
  LambdaFunctionArn,
  Events,
  Filter: { Key: { FilterRules: Object.entries(filter).map(([Name, Value]) => ({ Name: Name as 'prefix', Value })) } },
});
const configure = (NotificationConfiguration: NotificationConfiguration) =>
  server.client().send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
const put = (Key: string, Body = 'body') => server.client().send(new PutObjectCommand({ Bucket, Key, Body }));

async function start(options: TestServerOptions = {}) {
  server = await startTestServer(options);
  await server.client().send(new CreateBucketCommand({ Bucket }));
}

interface ObjectEvent {
  Records: [{ eventName: string; s3: { object: Record<string, unknown> & { key: string; sequencer: string } } }];
}
const records = () => server.delivered.map(({ event }) => (event as ObjectEvent).Records[0]);

describe('a notification', () => {
  test('looks as S3 sends it', async () => {
    await start();
    await configure({ LambdaFunctionConfigurations: [{ ...rule(['s3:ObjectCreated:*']), Id: 'uploads' }] });
    const { ETag } = await put('a dir/dt=2001-01-01/ü+%(1).csv', 'four');
    await server.s3.idle();
    expect(server.delivered).toEqual([
      {
        functionArn: ARN,
        event: {
          Records: [
            {
              eventVersion: '2.1',
              eventSource: 'aws:s3',
              awsRegion: 'eu-west-1',
              eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
              eventName: 'ObjectCreated:Put',
              userIdentity: { principalId: 'AWS:123456789012' },
              requestParameters: { sourceIPAddress: '127.0.0.1' },
              responseElements: {
                'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
                'x-amz-id-2': expect.any(String),
              },
              s3: {
                s3SchemaVersion: '1.0',
                configurationId: 'uploads',
                bucket: { name: Bucket, ownerIdentity: { principalId: '123456789012' }, arn: 'arn:aws:s3:::raw' },
                object: {
                  key: 'a+dir/dt%3D2001-01-01/%C3%BC%2B%25%281%29.csv',
                  size: 4,
                  eTag: ETag?.replaceAll('"', ''),
                  sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
                },
              },
            },
          ],
        },
      },
    ]);
  });

  test('comes for what its filter names and for nothing else', async () => {
    await start();
    const filtered = rule(['s3:ObjectCreated:*'], { prefix: 'in/', suffix: '.csv' });
    await configure({ LambdaFunctionConfigurations: [filtered] });
    for (const key of ['in/a.csv', 'in/a.json', 'out/a.csv', 'in/ü b.csv']) await put(key);
    await server.s3.idle();
    expect(records().map((record) => record.s3.object.key)).toEqual(['in/a.csv', 'in/%C3%BC+b.csv']);
  });

  test('tells how an object came and went, in growing sequence', async () => {
    await start();
    const client = server.client();
    await configure({
      LambdaFunctionConfigurations: [rule(['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*'])],
    });
    await put('a');
    await client.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource: `${Bucket}/a`, MetadataDirective: 'REPLACE' }));
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
    await server.s3.idle();
    expect(records().map((record) => record.eventName)).toEqual([
      'ObjectCreated:Put',
      'ObjectCreated:Copy',
      'ObjectTagging:Put',
      'ObjectRemoved:Delete',
    ]);
    const sequencers = records().map((record) => record.s3.object.sequencer);
    expect(sequencers).toEqual([...sequencers].sort());
    expect(new Set(sequencers).size).toBe(4);
  });

  test('names the version in a bucket with versioning', async () => {
    await start();
    const client = server.client();
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await configure({ LambdaFunctionConfigurations: [rule(['s3:ObjectCreated:*', 's3:ObjectRemoved:*'])] });
    const { VersionId } = await put('a');
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await server.s3.idle();
    expect(records().map((record) => [record.eventName, record.s3.object.versionId])).toEqual([
      ['ObjectCreated:Put', VersionId],
      ['ObjectRemoved:DeleteMarkerCreated', marker.VersionId],
    ]);
  });

  test('also comes for objects that the engine itself puts', async () => {
    await start();
    await configure({ LambdaFunctionConfigurations: [rule(['s3:ObjectCreated:Put'])] });
    await server.s3.buckets.put(Bucket, 'from/inside', Buffer.from('x'));
    await server.s3.idle();
    expect(records().map((record) => record.s3.object.key)).toEqual(['from/inside']);
  });
});

describe('delivery', () => {
  const all: NotificationConfiguration = { LambdaFunctionConfigurations: [rule(['s3:ObjectCreated:*'])] };

  test('waits for the delay, in the engine’s time', async () => {
    await start({ settings: { objectEventDelayMs: [60_000, 60_000] } });
    await configure(all);
    await put('late');
    await server.s3.idle();
    expect(server.delivered).toEqual([]);
    server.clock.advance(59_000);
    await server.s3.idle();
    expect(server.delivered).toEqual([]);
    server.clock.advance(1_000);
    await server.s3.idle();
    expect(records().map((record) => record.s3.object.key)).toEqual(['late']);
  });

  test('happens twice for the given share', async () => {
    await start({ settings: { objectEventDuplicateShare: 1 } });
    await configure(all);
    await put('twice');
    await server.s3.idle();
    const [first, second] = server.delivered;
    expect(server.delivered).toHaveLength(2);
    expect(second).toEqual(first);
  });

  test('is made up for after a restart', async () => {
    await start({ startDeliveries: false });
    await configure(all);
    await put('kept');
    await server.restart();
    expect(server.delivered).toEqual([]);
    server.s3.start();
    await server.s3.idle();
    expect(records().map((record) => record.s3.object.key)).toEqual(['kept']);
    await server.restart();
    server.s3.start();
    await server.s3.idle();
    expect(server.delivered).toHaveLength(1);
  });

  test('that was under way at a stop happens again', async () => {
    const calls: string[] = [];
    let settle = () => {};
    let entered = () => {};
    const underWay = new Promise<void>((resolve) => (entered = resolve));
    await start({
      deliver: (functionArn) => {
        calls.push(functionArn);
        entered();
        return calls.length === 1 ? new Promise((resolve) => (settle = resolve)) : Promise.resolve();
      },
    });
    await configure(all);
    await put('interrupted');
    await underWay;
    await server.restart();
    await server.s3.idle();
    settle();
    expect(calls).toEqual([ARN, ARN]);
  });

  test('that fails is given up and logged without the event', async () => {
    await start({ deliver: () => Promise.reject(new Error('no such function')) });
    await configure(all);
    await put('secret-key');
    await server.s3.idle();
    expect(server.log).toEqual([`s3: a notification to ${ARN} was given up: no such function`]);
    await server.restart();
    await server.s3.idle();
    expect(server.log).toHaveLength(1);
  });
});

describe('a configuration', () => {
  test('comes back as it was put', async () => {
    await start();
    const created = { ...rule(['s3:ObjectCreated:*'], { prefix: 'a b/', suffix: '.csv' }), Id: 'one' };
    await configure({ LambdaFunctionConfigurations: [created] });
    const answer = await server.client().send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(answer.LambdaFunctionConfigurations).toEqual([created]);
    await configure({});
    const empty = await server.client().send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(empty.LambdaFunctionConfigurations).toBeUndefined();
  });

  const overlapping = [rule(['s3:ObjectCreated:*'], { prefix: 'a' }), rule(['s3:ObjectCreated:Put'], { prefix: 'a/b' })];
  test.each<[why: string, configuration: NotificationConfiguration, error: string]>([
    [
      'queues',
      { QueueConfigurations: [{ QueueArn: 'arn:aws:sqs:eu-west-1:1:q', Events: ['s3:ObjectCreated:*'] }] },
      'NotImplemented',
    ],
    ['EventBridge', { EventBridgeConfiguration: {} }, 'NotImplemented'],
    ['events that never happen', { LambdaFunctionConfigurations: [rule(['s3:ObjectRestore:*'])] }, 'NotImplemented'],
    ['no ARN', { LambdaFunctionConfigurations: [rule(['s3:ObjectCreated:*'], {}, 'object-uploaded')] }, 'InvalidArgument'],
    ['rules that overlap', { LambdaFunctionConfigurations: overlapping }, 'InvalidArgument'],
  ])('with %s is refused', async (_why, configuration, error) => {
    await start();
    await expect(configure(configuration)).rejects.toMatchObject({ name: error });
  });

  test('with rules side by side is accepted', async () => {
    await start();
    const prefixes = ['a/', 'b/'].map((prefix) => rule(['s3:ObjectCreated:*'], { prefix }));
    await configure({ LambdaFunctionConfigurations: prefixes });
    await put('a/1');
    await put('b/1');
    await server.s3.idle();
    expect(server.delivered).toHaveLength(2);
  });
});
