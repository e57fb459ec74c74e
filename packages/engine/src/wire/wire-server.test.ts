import http2 from 'node:http2';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, removeDataDir, startHarness, values } from '../featurestore/feature-store.fixture.ts';

let harness: Harness;
let endpoint: string;
const at = '2024-01-01T00:00:00Z';
const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20240101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

beforeAll(async () => {
  harness = await startHarness();
  endpoint = `http://127.0.0.1:${harness.port}`;
  await harness.createGroup('wired', { OfflineStoreConfig: undefined });
});
afterAll(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly body: Record<string, unknown> | undefined;
}
async function send(
  method: string,
  path: string,
  init: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> } = {},
): Promise<Answer> {
  const response = await fetch(endpoint + path, { method, ...init });
  const text = await response.text();
  return {
    status: response.status,
    code: response.headers.get('x-amzn-errortype'),
    body: text.startsWith('{') ? JSON.parse(text) : undefined,
  };
}
const target = (operation: string, body: string) =>
  send('POST', '/', { headers: { 'x-amz-target': operation, 'content-type': 'application/x-amz-json-1.1' }, body });
const record = (id: string) => JSON.stringify({ Record: values({ id, at }) });

describe('malformed requests get the error for it', () => {
  test.each<
    [string, string, string, { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> }, number, string]
  >([
    ['broken JSON', 'PUT', '/FeatureGroup/wired', { body: '{"Record":' }, 400, 'SerializationException'],
    ['a list for an object', 'PUT', '/FeatureGroup/wired', { body: '[]' }, 400, 'SerializationException'],
    [
      'a number for a string',
      'PUT',
      '/FeatureGroup/wired',
      { body: '{"Record":[{"FeatureName":"id","ValueAsString":1}]}' },
      400,
      'SerializationException',
    ],
    ['a string for a list', 'PUT', '/FeatureGroup/wired', { body: '{"Record":"x"}' }, 400, 'SerializationException'],
    [
      'a text for a number',
      'POST',
      '/FeatureGroup/wired/ListRecords',
      { body: '{"MaxResults":"2"}' },
      400,
      'SerializationException',
    ],
    ['a missing member', 'PUT', '/FeatureGroup/wired', { body: '{}' }, 400, 'ValidationError'],
    [
      'a missing member within',
      'PUT',
      '/FeatureGroup/wired',
      { body: '{"Record":[{"ValueAsString":"1"}]}' },
      400,
      'ValidationError',
    ],
    ['null for a required member', 'PUT', '/FeatureGroup/wired', { body: '{"Record":null}' }, 400, 'ValidationError'],
    ['a null in a list', 'PUT', '/FeatureGroup/wired', { body: '{"Record":[null]}' }, 400, 'ValidationError'],
    [
      'an empty path label',
      'GET',
      '/FeatureGroup/?RecordIdentifierValueAsString=a',
      { headers: signedFor('sagemaker') },
      404,
      'UnknownOperationException',
    ],
    ['a missing query member', 'GET', '/FeatureGroup/wired', {}, 400, 'ValidationError'],
    ['an empty identifier', 'GET', '/FeatureGroup/wired?RecordIdentifierValueAsString=', {}, 400, 'ValidationError'],
    [
      'percent signs that encode nothing',
      'GET',
      '/FeatureGroup/wired?RecordIdentifierValueAsString=%E0%A4%A',
      {},
      400,
      'SerializationException',
    ],
    [
      'a body that is not gzip',
      'PUT',
      '/FeatureGroup/wired',
      { body: 'x', headers: { 'content-encoding': 'gzip' } },
      400,
      'SerializationException',
    ],
    [
      'an encoding nobody speaks',
      'PUT',
      '/FeatureGroup/wired',
      { body: 'x', headers: { 'content-encoding': 'br' } },
      415,
      'UnsupportedMediaTypeException',
    ],
    [
      'an unknown method on a known path',
      'PATCH',
      '/FeatureGroup/wired',
      { headers: signedFor('sagemaker') },
      404,
      'UnknownOperationException',
    ],
    ['a service nobody has', 'POST', '/2020/things', { headers: signedFor('bedrock') }, 404, 'UnknownOperationException'],
  ])('%s', async (_why, method, path, init, status, code) => {
    const answer = await send(method, path, init);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.body).toMatchObject({ __type: code, Message: expect.any(String) });
  });

  test('a missing member is named by its path, in the service’s own words', async () => {
    const { body } = await send('POST', '/BatchWriteRecord', {
      body: JSON.stringify({ Entries: [{ FeatureGroupName: 'wired', Record: [{}] }] }),
    });
    expect(body?.Message).toBe(
      "1 validation error detected: Value null at 'entries.1.member.record.1.member.featureName' failed to satisfy constraint: Member must not be null",
    );
  });

  test('awsJson: unknown operations and services, missing members and wrong types', async () => {
    expect(await target('SageMaker.MakeCoffee', '{}')).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    });
    expect(await target('Nobody.Nothing', '{}')).toMatchObject({ status: 400, body: { __type: 'UnknownOperationException' } });
    expect(await target('SageMaker.DescribeFeatureGroup', '{}')).toMatchObject({
      status: 400,
      body: { __type: 'ValidationException' },
    });
    expect(await target('SageMaker.DescribeFeatureGroup', '{"FeatureGroupName":["x"]}')).toMatchObject({
      status: 400,
      body: { __type: 'SerializationException' },
    });
    expect(await target('SageMaker.toString', '{}')).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    });
  });

  test('deep nesting, hostile keys and bytes that are no HTTP leave the server standing', async () => {
    expect((await send('PUT', '/FeatureGroup/wired', { body: `{"Record":${'['.repeat(200_000)}` })).status).toBe(400);
    const hostile = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${record('hostile').slice(1)}`;
    expect((await send('PUT', '/FeatureGroup/wired', { body: hostile })).status).toBe(200);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    for (const bytes of [
      'P',
      'PRI * HTTP/2.0\r\n\r\nnonsense and more of it',
      'GET / HTTP/9.9\r\n\r\n',
      '\x00\x01\x02\x03',
      'PUT /FeatureGroup/wired HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = net.connect(harness.port, '127.0.0.1', () => socket.end(bytes));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    }
    expect((await send('GET', '/FeatureGroup/wired?RecordIdentifierValueAsString=hostile')).status).toBe(200);
  });
});

describe('services share one port', () => {
  test('what is signed for S3 is not ours, whatever its path looks like', async () => {
    const presigned = '/FeatureGroup/wired?X-Amz-Credential=AKID%2F20240101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=0';
    expect((await send('GET', '/FeatureGroup/wired', { headers: signedFor('s3') })).status).toBe(299);
    expect((await send('GET', presigned)).status).toBe(299);
    expect((await send('PUT', '/a-bucket/a/key%20with?x=1')).status).toBe(299);
    expect((await send('POST', '/a-bucket?delete', { headers: signedFor('s3'), body: '<Delete/>' })).status).toBe(299);
  });

  test('STS and IAM answer in XML by the action in the form', async () => {
    const sts = new STSClient({ endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:sts::123456789012:assumed-role/TidemarkEngine/engine',
    });
    sts.destroy();
    const form = async (service: string, body: string) => {
      const response = await fetch(endpoint, {
        method: 'POST',
        body,
        headers: { ...signedFor(service), 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      });
      return `${response.status} ${await response.text()}`;
    };
    expect(await form('iam', 'Action=GetRole&Version=2010-05-08&RoleName=TidemarkEngine')).toContain(
      '<Arn>arn:aws:iam::123456789012:role/TidemarkEngine</Arn>',
    );
    expect(await form('iam', 'Action=GetRole&Version=2010-05-08&RoleName=nobody')).toMatch(/^404 .*<Code>NoSuchEntity<\/Code>/);
    expect(await form('iam', 'Action=GetRole&Version=2010-05-08')).toMatch(/^400 .*<Code>ValidationError<\/Code>/);
    expect(await form('sts', 'Action=%3Cx%3E&Version=2011-06-15')).toMatch(/^400 .*<Code>InvalidAction<\/Code>.*&lt;x&gt;/);
  });
});

test('gzip bodies are understood', async () => {
  const answer = await send('PUT', '/FeatureGroup/wired', {
    headers: { 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync(record('zipped'))),
  });
  expect(answer.status).toBe(200);
  expect((await send('GET', '/FeatureGroup/wired?RecordIdentifierValueAsString=zipped')).body?.Record).toEqual(
    values({ id: 'zipped', at }),
  );
});

test('a plus sign in a query is a plus sign', async () => {
  await send('PUT', '/FeatureGroup/wired', { body: record('a+b') });
  expect((await send('GET', '/FeatureGroup/wired?RecordIdentifierValueAsString=a+b')).body).toHaveProperty('Record');
});

test('each answer has a request id and the engine’s date', async () => {
  harness.context.clock.advance(3_600_000);
  const answers = await Promise.all([1, 2].map(() => fetch(`${endpoint}/FeatureGroup/wired?RecordIdentifierValueAsString=x`)));
  const ids = answers.map((answer) => answer.headers.get('x-amzn-requestid'));
  expect(new Set(ids).size).toBe(2);
  expect(Math.abs(Date.parse(answers[0]?.headers.get('date') as string) - harness.context.clock.nowMs())).toBeLessThan(5_000);
});

test('HTTP/2 with prior knowledge on the same port, many requests at once and bodies of many frames', async () => {
  const session = http2.connect(endpoint);
  const call = (headers: http2.OutgoingHttpHeaders, body?: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const stream = session.request(headers);
      let status: number | undefined;
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', (answer) => (status = answer[':status']));
      stream
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => resolve({ status, text }))
        .on('error', reject);
      stream.end(body);
    });
  const big = 'x'.repeat(200_000);
  const puts = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      call(
        { ':method': 'PUT', ':path': '/FeatureGroup/wired' },
        JSON.stringify({ Record: values({ id: `h2-${index}`, at, note: big }) }),
      ),
    ),
  );
  expect(puts.every(({ status }) => status === 200)).toBe(true);
  const { text } = await call({ ':method': 'GET', ':path': '/FeatureGroup/wired?RecordIdentifierValueAsString=h2-7' });
  expect(JSON.parse(text).Record).toEqual(values({ id: 'h2-7', at, note: big }));
  const unknown = await call({ ':method': 'POST', ':path': '/', 'x-amz-target': 'Kinesis_20131202.PutRecords' }, '{}');
  expect(unknown).toMatchObject({ status: 400, text: expect.stringContaining('UnknownOperationException') });
  session.destroy();
});
