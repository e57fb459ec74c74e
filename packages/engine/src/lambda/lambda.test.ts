import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBuckets, createTestContext, writeFunction } from './lambda.fixture.ts';
import { createLambda, type Lambda, type LambdaOptions } from './lambda.ts';

let context: ReturnType<typeof createTestContext>;
let lambda: Lambda;
let lines: { requestId: string | undefined; line: string }[];

function restart(changes: Partial<LambdaOptions> = {}) {
  lines = [];
  lambda = createLambda(context, {
    environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }),
    buckets: createFakeBuckets(),
    onLog: (_, requestId, line) => lines.push({ requestId, line }),
    instances: { perFunction: 4, total: 8 },
    ...changes,
  });
}
beforeEach(() => {
  context = createTestContext();
  restart();
});
afterEach(async () => {
  await lambda.stop();
  context[Symbol.dispose]();
});

const deploy = (name: string, source: string, changes = {}) => lambda.deploy(writeFunction(context, name, source, changes));
const call = async (name: string, payload: unknown = {}) => {
  const { payload: text, functionError } = await lambda.functions.invoke(name, payload);
  return { result: JSON.parse(text), functionError };
};

describe('an invocation', () => {
  it('hands the event and the context over and brings the result back', async () => {
    deploy(
      'echo',
      `export const handler = async (event, context) => ({
      event, name: context.functionName, arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
      remaining: context.getRemainingTimeInMillis() })`,
    );
    const { result, functionError } = await call('echo', { city: 'Zürich' });
    expect(functionError).toBeUndefined();
    expect(result).toMatchObject({
      event: { city: 'Zürich' },
      name: 'echo',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
      memory: '128',
    });
    expect(result.remaining).toBeGreaterThan(4_000);
    expect(result.remaining).toBeLessThanOrEqual(5_000);
  });

  it('answers null for undefined, and takes an ARN for a name', async () => {
    deploy('void', 'export const handler = async () => {}');
    expect((await call('arn:aws:lambda:us-east-1:000000000000:function:void:$LATEST')).result).toBeNull();
  });

  it('is refused for a function that is not deployed', async () => {
    await expect(call('absent')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  });

  it('imports the bundle once for many invocations of one instance', async () => {
    deploy('counter', 'let n = 0; export const handler = async () => ++n', { reservedConcurrency: 1 });
    expect([(await call('counter')).result, (await call('counter')).result, (await call('counter')).result]).toEqual([1, 2, 3]);
  });

  it('sees nothing of the host in its environment', async () => {
    process.env.HOST_SECRET_FOR_TEST = 'x';
    deploy('env', 'export const handler = async () => process.env', { environment: { STAGE: 'dev' } });
    const { result } = await call('env');
    delete process.env.HOST_SECRET_FOR_TEST;
    expect(result).toMatchObject({
      STAGE: 'dev',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      _HANDLER: 'index.handler',
    });
    expect(Object.keys(result).filter((key) => !/^(AWS_|_|LAMBDA_|STAGE|LANG|TZ)/.test(key))).toEqual([]);
  });

  it('refuses a payload above 6 MB', async () => {
    deploy('echo', 'export const handler = async (event) => event.length');
    await expect(call('echo', 'x'.repeat(6_291_455))).rejects.toMatchObject({ code: 'RequestTooLargeException' });
    expect((await call('echo', 'x'.repeat(6_291_454))).result).toBe(6_291_454);
  });

  it('fails with an answer above 6 MB', async () => {
    deploy('big', 'export const handler = async () => "x".repeat(6_291_555)');
    expect(await call('big')).toMatchObject({
      functionError: 'Unhandled',
      result: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });
});

describe('a failing function', () => {
  const cases = [
    { why: 'throws', body: 'throw new TypeError("no")', type: 'TypeError', message: /^no$/ },
    { why: 'throws a string', body: 'throw "no"', type: 'string', message: /^no$/ },
    { why: 'cannot be serialized', body: 'const a = {}; a.a = a; return a', type: 'Error', message: /Unable to stringify/ },
    { why: 'exits', body: 'process.exit(3)', type: 'Runtime.ExitError', message: /Runtime exited with error: exit status 3$/ },
    {
      why: 'exits with 0',
      body: 'process.exit(0)',
      type: 'Runtime.ExitError',
      message: /Runtime exited without providing a reason$/,
    },
    {
      why: 'leaves a rejection unhandled',
      body: 'Promise.reject(new RangeError("lost")); await new Promise(() => {})',
      type: 'Runtime.UnhandledPromiseRejection',
      message: /^RangeError: lost$/,
    },
    {
      why: 'throws outside its promise',
      body: 'setImmediate(() => { throw new Error("aside") }); await new Promise(() => {})',
      type: 'Error',
      message: /^aside$/,
    },
  ];
  it.each(cases)('that $why answers $type, and the next invocation works', async ({ body, type, message }) => {
    deploy('failing', `export const handler = async (event) => { if (event.ok) return 'ok'; ${body} }`);
    const { result, functionError } = await call('failing');
    expect(functionError).toBe('Unhandled');
    expect(result.errorType).toBe(type);
    expect(result.errorMessage).toMatch(message);
    expect((await call('failing', { ok: true })).result).toBe('ok');
  });

  it('that runs too long is stopped, also in an endless loop', async () => {
    deploy('slow', 'export const handler = async (event) => { if (event.ok) return "ok"; for (;;); }', { timeoutMs: 500 });
    const { result } = await call('slow');
    expect(result.errorType).toBe('Sandbox.Timedout');
    expect(result.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0.50 seconds$/);
    expect((await call('slow', { ok: true })).result).toBe('ok');
  });

  it('that uses more than its memory is stopped, and the engine lives on', async () => {
    deploy('hungry', 'export const handler = async () => { const all = []; for (;;) all.push({ a: [1.5, all.length] }); }', {
      timeoutMs: 60_000,
    });
    expect((await call('hungry')).result).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: killed'),
    });
    expect(lines.some(({ line }) => line.includes('the limit is 128 MB'))).toBe(true);
  }, 30_000);

  it.each([
    { why: 'throws on import', source: 'throw new RangeError("cold")', type: 'RangeError', message: /cold/ },
    { why: 'has a syntax error', source: 'export const = 1', type: 'Runtime.UserCodeSyntaxError', message: /token/ },
    {
      why: 'does not export the handler',
      source: 'export const other = 1',
      type: 'Runtime.HandlerNotFound',
      message: /index.handler is undefined or not exported/,
    },
    {
      why: 'takes a callback',
      source: 'export const handler = (event, context, callback) => callback(null, 1)',
      type: 'Runtime.CallbackHandlerDeprecated',
      message: /async/,
    },
    { why: 'imports what is not there', source: 'import "./absent.mjs"', type: 'Runtime.ImportModuleError', message: /absent/ },
  ])('whose bundle $why answers $type to every invocation', async ({ source, type, message }) => {
    deploy('broken', source);
    for (const { result, functionError } of await Promise.all([call('broken'), call('broken'), call('broken')])) {
      expect(functionError).toBe('Unhandled');
      expect(result.errorType).toBe(type);
      expect(result.errorMessage).toMatch(message);
    }
  });
});

describe('logs', () => {
  it('are complete and tagged when the result arrives', async () => {
    deploy(
      'chatty',
      `console.log('cold'); export const handler = async (event) => {
      for (let i = 0; i < 20; i++) console.log('line', event.n, i); process.stderr.write('unfinished ' + event.n); }`,
    );
    for (let n = 0; n < 20; n += 1) {
      const { requestId } = await lambda.functions.invoke('chatty', { n });
      const own = lines.filter((line) => line.requestId === requestId).map(({ line }) => line);
      expect(own).toEqual([...Array.from({ length: 20 }, (_, i) => `line ${n} ${i}`), `unfinished ${n}`]);
    }
    expect(lines[0]).toEqual({ requestId: undefined, line: 'cold' });
  });
});

describe('instances', () => {
  const slow = `import { setTimeout as wait } from 'node:timers/promises'; import { threadId } from 'node:worker_threads';
    export const handler = async () => { await wait(30); return threadId }`;

  it('are never more than the reserved concurrency', async () => {
    deploy('pair', slow, { reservedConcurrency: 2 });
    const threads = await Promise.all(Array.from({ length: 12 }, () => call('pair').then(({ result }) => result)));
    expect(new Set(threads).size).toBe(2);
    expect(lambda.instanceCount()).toBe(2);
  });

  it('of all functions share one budget, and idle ones give way', async () => {
    await lambda.stop();
    restart({ instances: { perFunction: 2, total: 3 } });
    for (const name of ['a', 'b', 'c']) deploy(name, slow);
    for (const name of ['a', 'b', 'c', 'a']) {
      await Promise.all([call(name), call(name), call(name)]);
      expect(lambda.instanceCount()).toBeLessThanOrEqual(4);
    }
  });

  it('beyond the budget still start for a function that has none, so that functions can wait for each other', async () => {
    await lambda.stop();
    restart({ instances: { perFunction: 4, total: 1 } });
    deploy('inner', slow);
    deploy('outer', slow);
    expect(await Promise.all([call('outer'), call('inner')])).toHaveLength(2);
  });

  it('that were idle for a while are retired', async () => {
    await lambda.stop();
    restart({ retireIdleAfterMs: 60 });
    lambda.start();
    deploy('rare', slow);
    await call('rare');
    await expect.poll(() => lambda.instanceCount(), { interval: 20, timeout: 15_000 }).toBe(0);
    expect((await call('rare')).functionError).toBeUndefined();
  });

  it('of an older bundle finish what they do, and the next invocation runs the new one', async () => {
    const spec = writeFunction(
      context,
      'rolling',
      `import { setTimeout as wait } from 'node:timers/promises';
      export const handler = async (event) => { await wait(event.ms); return 'old' }`,
    );
    lambda.deploy(spec);
    await call('rolling', { ms: 0 });
    const running = call('rolling', { ms: 200 });
    writeFileSync(join(spec.bundleDir, 'index.mjs'), 'export const handler = async () => "new"');
    expect((await call('rolling')).result).toBe('new');
    expect((await running).result).toBe('old');
    expect((await call('rolling')).result).toBe('new');
  });

  it('take over a changed environment with the next invocation; the same deployment changes nothing', async () => {
    const source = 'let n = 0; export const handler = async () => [process.env.STAGE, ++n]';
    deploy('stage', source, { environment: { STAGE: 'one' } });
    expect((await call('stage')).result).toEqual(['one', 1]);
    lambda.deploy({ ...writeFunctionAgain('stage'), environment: { STAGE: 'one' } });
    expect((await call('stage')).result).toEqual(['one', 2]);
    lambda.deploy({ ...writeFunctionAgain('stage'), environment: { STAGE: 'two' } });
    expect((await call('stage')).result).toEqual(['two', 1]);
  });
  const writeFunctionAgain = (name: string) => ({
    name,
    bundleDir: join(context.dataDir, 'bundles', name),
    handler: 'index.handler',
    memoryMb: 128,
    timeoutMs: 5_000,
  });

  it('answer a warm trivial invocation in less than 0.3 ms', async () => {
    deploy('warm', 'export const handler = async (event) => event');
    for (let i = 0; i < 2_000; i += 1) await call('warm', { i });
    const times: number[] = [];
    for (let i = 0; i < 2_000; i += 1) {
      const startedMs = performance.now();
      await lambda.functions.invoke('warm', { i });
      times.push(performance.now() - startedMs);
    }
    const median = times.sort((a, b) => a - b)[1_000] as number;
    expect(median).toBeLessThan(0.3);
  });
});

it.each([
  { why: 'a bad name', changes: { name: '../x' } },
  { why: 'a handler outside', changes: { handler: '../index.handler' } },
  { why: 'a relative bundle', changes: { bundleDir: 'dist' } },
  { why: 'no concurrency', changes: { reservedConcurrency: 0 } },
  { why: 'too little memory', changes: { memoryMb: 64 } },
  { why: 'a destination that is no S3 URL', changes: { failureDestination: 'arn:aws:sqs:x' } },
])('a deployment with $why is refused', ({ changes }) => {
  expect(() => deploy('fine', '', changes)).toThrow(/^function /);
});
