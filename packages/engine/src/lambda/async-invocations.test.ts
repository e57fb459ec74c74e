import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeBuckets, createTestContext, writeFunction } from './lambda.fixture.ts';
import { createLambda, type Lambda } from './lambda.ts';

/** Fails as often as the event says, counting per event id in a global of the only instance. */
const FLAKY = `const seen = new Map(); export const handler = async ({ id, failures }) => {
  const n = (seen.get(id) ?? 0) + 1; seen.set(id, n); console.log('attempt', id, n);
  if (n <= failures) throw new Error('not yet'); return n }`;

let context: ReturnType<typeof createTestContext>;
let lambda: Lambda;
let buckets: ReturnType<typeof createFakeBuckets>;
let lines: string[];

function open() {
  lambda = createLambda(context, { environment: () => ({}), buckets, onLog: (_, __, line) => lines.push(line) });
}
beforeEach(() => {
  context = createTestContext();
  buckets = createFakeBuckets();
  lines = [];
  open();
});
afterEach(async () => {
  await lambda.stop();
  context[Symbol.dispose]();
});

const deployFlaky = (changes = {}) =>
  lambda.deploy(
    writeFunction(context, 'flaky', FLAKY, { reservedConcurrency: 1, failureDestination: 's3://ledger/failures', ...changes }),
  );

/** For a machine that is busy with something else. */
const patiently = { timeout: 15_000 };

const pollWhileAdvancing = <T>(look: () => T, byMs: number) =>
  expect.poll(
    () => {
      context.clock.advance(byMs);
      return look();
    },
    { interval: 5, timeout: 15_000 },
  );

/** Lets the retries come due in the engine's time until the promise is settled. */
async function settle(settled: Promise<void>, advanceMs: number) {
  let done = false;
  void settled.then(() => {
    done = true;
  });
  await pollWhileAdvancing(() => done, advanceMs).toBe(true);
}

describe('an asynchronous invocation', () => {
  it('is settled after its first success', async () => {
    deployFlaky();
    await lambda.functions.invokeAsync('flaky', { id: 'a', failures: 0 });
    expect(lines).toEqual(['attempt a 1']);
    expect(lambda.isBusy()).toBe(false);
  });

  it('is retried twice, in the engine’s time', async () => {
    deployFlaky();
    const settled = lambda.functions.invokeAsync('flaky', { id: 'a', failures: 2 });
    await expect.poll(() => lines.length, patiently).toBe(1);
    expect(lambda.isBusy()).toBe(true);
    await settle(settled, 1_000);
    expect(lines).toEqual(['attempt a 1', 'attempt a 2', 'attempt a 3']);
    expect(buckets.objects.size).toBe(0);
  });

  it('that failed three times leaves its record at the failure destination', async () => {
    deployFlaky();
    await settle(lambda.functions.invokeAsync('flaky', { id: 'a', failures: 9 }), 1_000);
    const [[key, text] = ['', '']] = buckets.objects;
    expect(key).toMatch(/^ledger\/failures\/aws\/lambda\/async\/flaky\/\d{4}\/\d\d\/\d\d\/[-0-9]{10}T[.0-9]{8}-[0-9a-f-]{36}$/);
    expect(JSON.parse(text)).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:flaky:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { id: 'a', failures: 9 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'not yet' },
    });
  });

  it('is tried as often as the function says', async () => {
    deployFlaky({ maximumRetryAttempts: 0 });
    await lambda.functions.invokeAsync('flaky', { id: 'a', failures: 9 });
    expect(lines).toEqual(['attempt a 1']);
    expect(buckets.objects.size).toBe(1);
  });

  it('is refused above 1 MB and for an unknown function, and then nothing is kept', async () => {
    deployFlaky();
    await expect(lambda.functions.invokeAsync('flaky', 'x'.repeat(1_048_575))).rejects.toMatchObject({
      code: 'RequestTooLargeException',
    });
    await expect(lambda.functions.invokeAsync('absent', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    expect(lambda.isBusy()).toBe(false);
  });

  it('that the engine’s end interrupted runs again after the restart, when its function is deployed', async () => {
    lambda.deploy(writeFunction(context, 'flaky', 'export const handler = () => new Promise(() => { console.log("begun") })'));
    void lambda.functions.invokeAsync('flaky', { id: 'a', failures: 0 });
    void lambda.functions.invokeAsync('flaky', { id: 'b', failures: 0 });
    await expect.poll(() => lines.length, patiently).toBe(2);
    await lambda.stop();

    lines = [];
    open();
    expect(lambda.isBusy()).toBe(false);
    deployFlaky();
    await expect.poll(() => lambda.isBusy(), patiently).toBe(false);
    expect(lines).toEqual(['attempt a 1', 'attempt b 1']);
    expect(context.logged).toContain('lambda: flaky: 2 asynchronous invocations from before the restart are taken up');
  });

  it('that waited for its retry keeps its count over a restart', async () => {
    deployFlaky();
    void lambda.functions.invokeAsync('flaky', { id: 'a', failures: 9 });
    await expect.poll(() => lines.length, patiently).toBe(1);
    await lambda.functions.invoke('flaky', { id: 'other', failures: 0 });
    await lambda.stop();
    open();
    deployFlaky();
    await pollWhileAdvancing(() => buckets.objects.size, 1_000).toBe(1);
    expect(JSON.parse([...buckets.objects.values()][0] as string).requestContext.approximateInvokeCount).toBe(3);
  });
});
