import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { createRemoteJWKSet, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineCredentials } from '../engine-credentials.ts';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import type { Functions } from '../ports.ts';
import { createHttpApi, type HttpApi } from './http-api.ts';
import type { Route } from './route-table.ts';

const jwt = { type: 'jwt', issuer: 'https://issuer.test', audience: 'features' } as const;
const routes: Route[] = [
  { method: 'GET', path: '/open/{name}', functionName: 'echo' },
  { method: 'GET', path: '/open/special', functionName: 'special' },
  { method: 'ANY', path: '/files/{path+}', functionName: 'echo' },
  { method: 'POST', path: '/body', functionName: 'echo' },
  { method: 'GET', path: '/secured', functionName: 'echo', authorizer: jwt },
  { method: 'GET', path: '/scoped', functionName: 'echo', authorizer: { ...jwt, scopes: ['read', 'admin'] } },
  { method: 'POST', path: '/2015-03-31/functions/{name}/invocations', functionName: 'echo', authorizer: { type: 'iam' } },
  { method: 'GET', path: '/answer', functionName: 'answer' },
];

let context: ReturnType<typeof createTestContext>;
let api: HttpApi;
let base: string;
/** The payload text that the function `answer` gives, and how it ends. */
let prepared: { payload: string; functionError?: 'Unhandled' } | 'never';

const functions: Functions = {
  async invoke(functionName, payload) {
    if (functionName === 'echo') return { payload: JSON.stringify(payload), requestId: 'r' };
    if (functionName === 'special') return { payload: '"special"', requestId: 'r' };
    return prepared === 'never' ? new Promise(() => {}) : { ...prepared, requestId: 'r' };
  },
  invokeAsync: async () => {},
};

beforeEach(async () => {
  context = createTestContext();
  api = await createHttpApi(context, { functions });
  api.deploy(routes);
  base = `http://127.0.0.1:${await api.listen(0)}`;
});
afterEach(async () => {
  await api.close();
  context[Symbol.dispose]();
});

async function restart(options: { integrationTimeoutMs?: number } = {}) {
  await api.close();
  api = await createHttpApi(context, { functions, ...options });
  api.deploy(routes);
  base = `http://127.0.0.1:${await api.listen(0)}`;
}

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(base + path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const event = async (path: string, init?: RequestInit) => JSON.parse((await get(path, init)).text);

describe('an event', () => {
  it('has the shape of payload format 2.0', async () => {
    const seen = await event('/open/Z%C3%BCrich%2F1?b=2&a=1&b=3%2C4&c=x+y', {
      headers: { cookie: 's=1; t=2', 'X-Custom': 'Yes' },
    });
    expect(seen).toMatchObject({
      version: '2.0',
      routeKey: 'GET /open/{name}',
      rawPath: '/open/Zürich/1',
      rawQueryString: 'b=2&a=1&b=3%2C4&c=x+y',
      cookies: ['s=1', 't=2'],
      queryStringParameters: { a: '1', b: '2,3,4', c: 'x y' },
      pathParameters: { name: 'Zürich/1' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        stage: '$default',
        routeKey: 'GET /open/{name}',
        http: { method: 'GET', path: '/open/Zürich/1', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      },
    });
    expect(seen.headers['x-custom']).toBe('Yes');
    expect(seen.headers.cookie).toBeUndefined();
    expect(seen).not.toHaveProperty('body');
    expect(seen.requestContext).not.toHaveProperty('authorizer');
    expect(seen.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  it('joins repeated headers', async () => {
    const seen = await new Promise<string>((resolve) => {
      httpRequest(`${base}/open/a`, { headers: { 'x-many': ['1', '2'] } }, async (response) => {
        resolve((await response.toArray()).join(''));
      }).end();
    });
    expect(JSON.parse(seen).headers['x-many']).toBe('1,2');
  });

  it('carries text as it is and anything else in base64', async () => {
    const json = await event('/body', { method: 'POST', body: '{"ü":1}', headers: { 'content-type': 'application/json' } });
    expect(json).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false });
    const binary = await event('/body', {
      method: 'POST',
      body: new Uint8Array([0, 255]),
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(binary).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });

  it.each([
    { path: '/open/special', expected: 'special', why: 'a name before a parameter' },
    { path: '/files/a/b/c', expected: '"path":"a/b/c"', why: 'a greedy parameter' },
  ])('goes to the most specific route: $why', async ({ path, expected }) => {
    expect((await get(path)).text).toContain(expected);
  });
});

describe('the gateway’s own answers', () => {
  const send = (path: string, init?: RequestInit) => get(path, init).then(({ status, text }) => ({ status, text }));

  it.each([
    { path: '/absent', why: 'unknown path' },
    { path: '/open/a/', why: 'one segment more' },
    { path: '/body', why: 'other method' },
  ])('are 404 for $why', async ({ path }) => {
    expect(await send(path)).toEqual({ status: 404, text: '{"message":"Not Found"}' });
  });

  it('are 400 for a path that cannot be decoded', async () => {
    expect((await send('/open/%FF')).status).toBe(400);
  });

  it('are 413 for a body above 10 MB, with and without a declared length', async () => {
    const big = new Uint8Array(10 * 1024 * 1024 + 1);
    expect(await send('/body', { method: 'POST', body: big })).toEqual({
      status: 413,
      text: '{"message":"Request Entity Too Large"}',
    });
    const chunked = await new Promise((resolve, reject) => {
      const request = httpRequest(`${base}/body`, { method: 'POST' }, (response) => resolve(response.statusCode));
      request.on('error', reject);
      for (let i = 0; i < 11; i += 1) request.write(big.subarray(0, 1024 * 1024));
    });
    expect(chunked).toBe(413);
  });

  it('are 431 for headers above 10 KB', async () => {
    expect((await send('/open/a', { headers: { 'x-long': 'x'.repeat(11_000) } })).status).toBe(431);
  });

  it('are 503 when the function takes too long', async () => {
    prepared = 'never';
    await restart({ integrationTimeoutMs: 50 });
    expect(await send('/answer')).toEqual({ status: 503, text: '{"message":"Service Unavailable"}' });
  });
});

describe('a function’s result', () => {
  const cases = [
    { why: 'an object', payload: '{"a":1}', status: 200, text: '{"a":1}', type: 'application/json' },
    { why: 'a text', payload: '"hello"', status: 200, text: 'hello', type: 'application/json' },
    { why: 'null', payload: 'null', status: 200, text: 'null', type: 'application/json' },
    {
      why: 'a response',
      payload: '{"statusCode":201,"body":"ok","headers":{"X-A":"1"}}',
      status: 201,
      text: 'ok',
      type: 'text/plain;charset=UTF-8',
    },
    {
      why: 'base64',
      payload: '{"statusCode":200,"body":"aGk=","isBase64Encoded":true,"headers":{"content-type":"text/x"}}',
      status: 200,
      text: 'hi',
      type: 'text/x',
    },
    { why: 'a status as text', payload: '{"statusCode":"204"}', status: 204, text: '', type: 'text/plain;charset=UTF-8' },
    {
      why: 'a wrong status',
      payload: '{"statusCode":"abc"}',
      status: 500,
      text: '{"message":"Internal Server Error"}',
      type: 'application/json',
    },
    {
      why: 'a body that is no text',
      payload: '{"statusCode":200,"body":{}}',
      status: 500,
      text: '{"message":"Internal Server Error"}',
      type: 'application/json',
    },
    {
      why: 'a header that cannot be sent',
      payload: '{"statusCode":200,"headers":{"a b":"c"}}',
      status: 500,
      text: '{"message":"Internal Server Error"}',
      type: 'application/json',
    },
  ];
  it.each(cases)('that is $why becomes $status', async ({ payload, status, text, type }) => {
    prepared = { payload };
    const answer = await get('/answer');
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([status, text, type]);
    expect(answer.headers.get('apigw-requestid') ?? status).toBeTruthy();
  });

  it('may set several cookies', async () => {
    prepared = { payload: '{"statusCode":200,"cookies":["a=1","b=2; Path=/"]}' };
    expect((await get('/answer')).headers.getSetCookie()).toEqual(['a=1', 'b=2; Path=/']);
  });

  it('that is an error becomes 500 without a word of it', async () => {
    prepared = { payload: '{"errorType":"Error","errorMessage":"secret"}', functionError: 'Unhandled' };
    const answer = await get('/answer');
    expect([answer.status, answer.text]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(context.logged.join()).not.toContain('secret');
  });
});

describe('a JWT route', () => {
  const withToken = (token: string, path = '/secured') => get(path, { headers: { authorization: `Bearer ${token}` } });

  it('takes an issued token and hands its claims on as text', async () => {
    const token = await api.issueToken({ groups: ['a', 'b'], admin: true });
    for (const answer of [await withToken(token), await withToken(token)]) {
      expect(JSON.parse(answer.text).requestContext.authorizer).toMatchObject({
        jwt: { claims: { iss: jwt.issuer, aud: 'features', sub: 'engine-user', groups: '[a b]', admin: 'true' }, scopes: null },
      });
    }
  });

  it('refuses no token, garbage, a foreign key, alg none, and wrong claims', async () => {
    const foreign = await generateKeyPair('RS256');
    const claims = { iss: jwt.issuer, aud: 'features', exp: 4_000_000_000 };
    const unsigned = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const refused = [
      'garbage',
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(foreign.privateKey),
      `${unsigned}.`,
      await api.issueToken({ iss: 'https://other.test' }),
      await api.issueToken({ aud: 'other' }),
      await api.issueToken({ exp: 1_000 }),
      await api.issueToken({ nbf: 4_000_000_000 }),
    ];
    const plain = await get('/secured');
    expect([plain.status, plain.text, plain.headers.get('www-authenticate')]).toEqual([
      401,
      '{"message":"Unauthorized"}',
      'Bearer',
    ]);
    for (const token of refused) expect((await withToken(token)).status).toBe(401);
  });

  it('refuses a remembered token once it has expired in the engine’s time', async () => {
    const token = await api.issueToken();
    expect((await withToken(token)).status).toBe(200);
    context.clock.advance(13 * 3_600_000);
    expect((await withToken(token)).status).toBe(401);
  });

  it('asks for one of its scopes', async () => {
    expect(
      JSON.parse((await withToken(await api.issueToken({ scope: 'read write' }), '/scoped')).text).requestContext.authorizer.jwt
        .scopes,
    ).toEqual(['read', 'write']);
    const answer = await withToken(await api.issueToken({ scope: 'write' }), '/scoped');
    expect([answer.status, answer.text]).toEqual([403, '{"message":"Forbidden"}']);
  });

  it('publishes its key, which outlives a restart', async () => {
    const token = await api.issueToken();
    const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`));
    expect((await jwtVerify(token, keys)).payload.aud).toBe('features');
    expect((await get('/.well-known/jwks.json')).text).not.toContain('"d"');
    await restart();
    expect((await withToken(token)).status).toBe(200);
  });
});

describe('an IAM route', () => {
  const clientWith = (secretAccessKey: string) =>
    new LambdaClient({
      endpoint: base,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: engineCredentials.accessKeyId, secretAccessKey },
      httpAuthSchemeProvider: () => [
        {
          schemeId: 'aws.auth#sigv4',
          signingProperties: { name: 'execute-api', region: 'us-east-1' },
          propertiesExtractor: (config, context) => ({ signingProperties: { config, context, signingName: 'execute-api' } }),
        },
      ],
    });
  const invoke = (client: LambdaClient) =>
    client.send(new InvokeCommand({ FunctionName: 'arn:x:y', Qualifier: 'a b*', Payload: Buffer.from('{}') }));

  it('takes what the SDK signed with the engine’s key', async () => {
    const { Payload } = await invoke(clientWith(engineCredentials.secretAccessKey));
    expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString()).requestContext.authorizer.iam.accessKey).toBe(
      engineCredentials.accessKeyId,
    );
  });

  it('refuses another secret, and no signature', async () => {
    await expect(invoke(clientWith('another'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect((await get('/2015-03-31/functions/x/invocations', { method: 'POST', body: '{}' })).status).toBe(403);
  });
});

it('a query that cannot be decoded is not signed, whatever the header says', async () => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${engineCredentials.accessKeyId}/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  expect((await get('/2015-03-31/functions/x/invocations?a=%ZZ', { method: 'POST', headers: { authorization } })).status).toBe(
    403,
  );
});

it('the access log names routes, not paths or query strings', async () => {
  await get('/open/secret-key?origin=secret');
  await get('/absent/secret');
  await api.close();
  const file = join(context.dataDir, 'logs', 'api.access.log');
  expect(existsSync(file)).toBe(true);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"routeKey":"GET /open/{name}","status":200');
  expect(text).toContain('"routeKey":"-","status":404');
  expect(text).not.toContain('secret');
});

it.each([
  { why: 'an unknown method', route: { method: 'FETCH', path: '/a' } },
  { why: 'a relative path', route: { method: 'GET', path: 'a' } },
  { why: 'half a parameter', route: { method: 'GET', path: '/a/x{b}' } },
  { why: 'a greedy parameter in the middle', route: { method: 'GET', path: '/{a+}/b' } },
])('a route with $why is refused', ({ route }) => {
  expect(() => api.deploy([{ ...route, functionName: 'echo' }])).toThrow(/^route /);
});
