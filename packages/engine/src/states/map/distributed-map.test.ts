import { describe, expect, test } from 'vitest';
import type { Json } from '../asl/json.ts';
import {
  type Bench,
  call,
  createBench,
  createMachine,
  type Described,
  invokeTask,
  only,
  readHistory,
  runMachine,
  settle,
  startStates,
  waitForEnd,
} from '../states.fixture.ts';
import type { States } from '../states.ts';

interface MapRun {
  readonly status: string;
  readonly itemCounts: Record<string, number>;
  readonly executionCounts: Record<string, number>;
  readonly redriveCount: number;
}

const distributed = (more: object, type = 'STANDARD', each: object = invokeTask('work')) => ({
  Type: 'Map',
  Label: 'Items',
  ...more,
  ItemProcessor: { ...only(each, 'Each'), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type } },
});
const jsonl = (bucket: string, key: string, more: object = {}) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'JSONL', ...more },
  Parameters: { Bucket: bucket, Key: key },
});
const lines = (items: readonly Json[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

function failing(bench: Bench, isBad: (n: number) => boolean): void {
  bench.functions.set('work', (n) => {
    if (isBad(n as number)) throw Object.assign(new Error('bad'), { name: 'Bad' });
    return (n as number) * 2;
  });
}

async function describeMapRun(states: States, executionArn: string): Promise<MapRun & { arn: string }> {
  const { mapRuns } = await call<{ mapRuns: { mapRunArn: string }[] }>(states, 'ListMapRuns', { executionArn });
  const mapRunArn = mapRuns[0]?.mapRunArn as string;
  return { ...(await call<MapRun>(states, 'DescribeMapRun', { mapRunArn })), arn: mapRunArn };
}

describe('items', () => {
  test('come from an array, and the outputs keep their order', async () => {
    const bench = createBench();
    failing(bench, () => false);
    const states = startStates(bench);
    const { arn, output } = await runMachine(states, only(distributed({ ItemsPath: '$.list', MaxConcurrency: 3 })), {
      list: numbers(20),
    });
    expect(JSON.parse(output as string)).toEqual(numbers(20).map((n) => n * 2));
    expect((await readHistory(states, arn)).map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const mapRun = await describeMapRun(states, arn);
    expect(mapRun.arn).toMatch(/^arn:aws:states:eu-central-1:123456789012:mapRun:[^:]+\/Items:[0-9a-f-]{36}$/);
    expect(mapRun).toMatchObject({
      status: 'SUCCEEDED',
      maxConcurrency: 3,
      itemCounts: { succeeded: 20, total: 20, failed: 0, pending: 0 },
      executionCounts: { succeeded: 20, total: 20 },
    });
  });

  test('are child executions with a history of their own', async () => {
    const bench = createBench();
    failing(bench, () => false);
    const states = startStates(bench);
    const { arn } = await runMachine(states, only(distributed({})), [7]);
    const mapRun = await describeMapRun(states, arn);
    const { executions } = await call<{ executions: { executionArn: string }[] }>(states, 'ListExecutions', {
      mapRunArn: mapRun.arn,
    });
    const child = executions[0] as { executionArn: string };
    expect(child).toMatchObject({
      status: 'SUCCEEDED',
      mapRunArn: mapRun.arn,
      itemCount: 1,
      stateMachineArn: expect.stringMatching(/stateMachine:[^:]+\/Items$/),
    });
    expect(await call(states, 'DescribeExecution', { executionArn: child.executionArn })).toMatchObject({
      input: '7',
      output: '14',
    });
    expect((await readHistory(states, child.executionArn)).map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('are read from S3 in all three formats, up to MaxItems, and shaped by ItemSelector', async () => {
    const bench = createBench();
    bench.functions.set('work', (payload) => payload);
    await bench.putObject('b', 'a.csv', 'n\n1\n2\n3\n');
    await bench.putObject('b', 'a.json', '[{"n":1},{"n":2},{"n":3}]');
    await bench.putObject('b', 'a.jsonl', lines([{ n: 1 }, { n: 2 }, { n: 3 }]));
    const states = startStates(bench);
    for (const [type, value] of [
      ['CSV', '2'],
      ['JSON', 2],
      ['JSONL', 2],
    ] as const) {
      const ReaderConfig = {
        InputType: type,
        MaxItemsPath: '$.most',
        ...(type === 'CSV' ? { CSVHeaderLocation: 'FIRST_ROW' } : {}),
      };
      const definition = only(
        distributed({
          ItemReader: { ...jsonl('b', ''), ReaderConfig, Parameters: { Bucket: 'b', 'Key.$': '$.key' } },
          ItemSelector: { 'i.$': '$$.Map.Item.Index', 'n.$': '$$.Map.Item.Value.n', 'key.$': '$.key' },
        }),
      );
      const key = `a.${type.toLowerCase()}`;
      const { output } = await runMachine(states, definition, { key, most: 2 });
      expect(JSON.parse(output as string)[1]).toEqual({ i: 1, n: value, key });
      expect(JSON.parse(output as string)).toHaveLength(2);
    }
  });

  test('are the objects of a bucket under a prefix', async () => {
    const bench = createBench();
    bench.functions.set('work', (payload) => payload);
    for (const key of ['in/é', 'in/a', 'out/b']) await bench.putObject('b', key, 'text');
    const reader = { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { Bucket: 'b', Prefix: 'in/' } };
    const { output } = await runMachine(startStates(bench), only(distributed({ ItemReader: reader })));
    const entry = { Etag: expect.any(String), LastModified: 1_750_000_000, Size: 4, StorageClass: 'STANDARD' };
    expect(JSON.parse(output as string)).toEqual([
      { ...entry, Key: 'in/a' },
      { ...entry, Key: 'in/é' },
    ]);
  });

  test('go to children in batches, and count as items', async () => {
    const bench = createBench();
    bench.functions.set('work', (payload) => payload);
    const states = startStates(bench);
    const definition = only(
      distributed({ ItemsPath: '$.list', ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { 'k.$': '$.k' } } }),
    );
    const { arn, output } = await runMachine(states, definition, { list: [1, 2, 3], k: 'v' });
    expect(JSON.parse(output as string)).toEqual([
      { BatchInput: { k: 'v' }, Items: [1, 2] },
      { BatchInput: { k: 'v' }, Items: [3] },
    ]);
    expect(await describeMapRun(states, arn)).toMatchObject({
      itemCounts: { total: 3, succeeded: 3 },
      executionCounts: { total: 2, succeeded: 2 },
    });
  });

  test.each<[string, object]>([
    ['an object that is not there', jsonl('b', 'nope')],
    ['text that is no JSON', jsonl('b', 'bad')],
  ])('%s fails the map run with States.ItemReaderFailed', async (_, reader) => {
    const bench = createBench();
    await bench.putObject('b', 'bad', '{"secret":\n');
    const states = startStates(bench);
    const execution = await runMachine(states, only(distributed({ ItemReader: reader })));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(execution.cause).not.toContain('secret');
    expect(await describeMapRun(states, execution.arn)).toMatchObject({ status: 'FAILED' });
  });

  test('that are none give an empty array', async () => {
    const states = startStates(createBench());
    expect(await runMachine(states, only(distributed({})), [])).toMatchObject({ status: 'SUCCEEDED', output: '[]' });
  });
});

describe('failed children', () => {
  test.each<[string, object, boolean]>([
    ['none is tolerated by default', {}, false],
    ['fewer than the count', { ToleratedFailureCount: 3 }, true],
    ['as many as the count', { ToleratedFailureCount: 2 }, true],
    ['more than the count', { ToleratedFailureCount: 1 }, false],
    ['as much as the percentage', { ToleratedFailurePercentage: 20 }, true],
    ['more than the percentage', { ToleratedFailurePercentage: 19 }, false],
    ['more than one of both', { ToleratedFailurePercentage: 100, ToleratedFailureCount: 1 }, false],
    ['by path', { ToleratedFailureCountPath: '$.two', ItemsPath: '$.list' }, true],
  ])('%s', async (_, tolerance, isTolerated) => {
    const bench = createBench();
    failing(bench, (n) => n === 3 || n === 6);
    const states = startStates(bench);
    const input = 'ItemsPath' in tolerance ? { list: numbers(10), two: 2 } : numbers(10);
    const execution = await runMachine(states, only(distributed({ MaxConcurrency: 1, ...tolerance })), input);
    if (isTolerated) {
      expect(JSON.parse(execution.output as string)).toEqual(
        numbers(10)
          .filter((n) => n !== 3 && n !== 6)
          .map((n) => n * 2),
      );
    } else {
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
      expect((await readHistory(states, execution.arn)).slice(-3).map((event) => event.type)).toEqual([
        'MapRunFailed',
        'MapStateFailed',
        'ExecutionFailed',
      ]);
    }
  });

  test('beyond the threshold end those under way and leave the rest pending', async () => {
    const bench = createBench();
    bench.functions.set('work', (n) => {
      if (n === 2) throw new Error('bad');
      return n === 0 ? 0 : new Promise<Json>(() => {});
    });
    const states = startStates(bench);
    const { arn } = await runMachine(states, only(distributed({ MaxConcurrency: 2 })), numbers(5));
    expect(await describeMapRun(states, arn)).toMatchObject({
      status: 'FAILED',
      executionCounts: { succeeded: 1, failed: 1, aborted: 1, pending: 2, total: 5 },
    });
  });

  test('are run again by a redrive, and only they', async () => {
    const bench = createBench();
    let isBroken = true;
    failing(bench, (n) => isBroken && n % 4 === 1);
    const states = startStates(bench);
    const definition = only(distributed({ ToleratedFailureCount: 1, MaxConcurrency: 1 }));
    const { arn: executionArn, status } = await runMachine(states, definition, numbers(10));
    expect(status).toBe('FAILED');
    const before = await describeMapRun(states, executionArn);
    expect(before.executionCounts).toMatchObject({ succeeded: 4, failed: 2, pending: 4 });
    isBroken = false;
    bench.invoked.length = 0;
    await call(states, 'RedriveExecution', { executionArn });
    const execution = await waitForEnd(states, executionArn);
    expect(JSON.parse(execution.output as string)).toEqual(numbers(10).map((n) => n * 2));
    expect(bench.invoked.map(({ payload }) => payload)).toEqual([1, 5, 6, 7, 8, 9]);
    expect(await describeMapRun(states, executionArn)).toMatchObject({
      arn: before.arn,
      status: 'SUCCEEDED',
      redriveCount: 1,
      executionCounts: { succeeded: 10 },
    });
    const types = (await readHistory(states, executionArn)).map((event) => event.type);
    expect(types.slice(types.indexOf('ExecutionRedriven'))).toEqual([
      'ExecutionRedriven',
      'MapRunRedriven',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('that are STANDARD go on where they failed, that are EXPRESS begin anew', async () => {
    for (const [type, expected] of [
      ['STANDARD', ['one', 'two', 'two']],
      ['EXPRESS', ['one', 'two', 'one', 'two']],
    ] as const) {
      const bench = createBench();
      let isBroken = true;
      bench.functions.set('one', (n) => n);
      bench.functions.set('two', (n) => {
        if (isBroken) throw new Error('bad');
        return n;
      });
      const states = startStates(bench);
      const processor = {
        StartAt: 'A',
        States: { A: invokeTask('one', { Next: 'B' }), B: invokeTask('two') },
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type },
      };
      const { arn: executionArn } = await runMachine(states, only({ Type: 'Map', ItemProcessor: processor }), [1]);
      isBroken = false;
      await call(states, 'RedriveExecution', { executionArn });
      expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '[1]' });
      expect(bench.invoked.map(({ name }) => name)).toEqual(expected);
    }
  });

  test('of a Map that is retried run in a new map run', async () => {
    const bench = createBench();
    let calls = 0;
    bench.functions.set('work', (n) => {
      calls += 1;
      if (calls === 1) throw new Error('bad');
      return n;
    });
    const states = startStates(bench);
    const retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const stateMachineArn = await createMachine(states, only(distributed({ MaxConcurrency: 1, Retry: retry })));
    const { executionArn } = states.startExecution({ stateMachineArn, input: '[1,2]' });
    await settle();
    bench.advance(1_000);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
    expect((await call<{ mapRuns: object[] }>(states, 'ListMapRuns', { executionArn })).mapRuns).toHaveLength(2);
  });
});

test('stopping the execution aborts the map run and its children', async () => {
  const bench = createBench();
  bench.functions.set('work', () => new Promise<Json>(() => {}));
  const states = startStates(bench);
  const stateMachineArn = await createMachine(states, only(distributed({ MaxConcurrency: 2 })));
  const { executionArn } = states.startExecution({ stateMachineArn, input: '[1,2,3]' });
  await settle();
  await call(states, 'StopExecution', { executionArn });
  expect(await call<Described>(states, 'DescribeExecution', { executionArn })).toMatchObject({ status: 'ABORTED' });
  expect(await describeMapRun(states, executionArn)).toMatchObject({
    status: 'ABORTED',
    executionCounts: { aborted: 2, pending: 1 },
  });
  expect((await readHistory(states, executionArn)).slice(-3).map((event) => event.type)).toEqual([
    'MapRunAborted',
    'MapStateAborted',
    'ExecutionAborted',
  ]);
});

test('EXPRESS children have no history', async () => {
  const bench = createBench();
  failing(bench, () => false);
  const states = startStates(bench);
  const { arn, output } = await runMachine(states, only(distributed({}, 'EXPRESS')), [1, 2]);
  expect(output).toBe('[2,4]');
  const { arn: mapRunArn } = await describeMapRun(states, arn);
  const { executions } = await call<{ executions: { executionArn: string }[] }>(states, 'ListExecutions', { mapRunArn });
  const executionArn = executions[0]?.executionArn;
  await expect(call(states, 'GetExecutionHistory', { executionArn })).rejects.toMatchObject({
    code: 'StateMachineTypeNotSupported',
  });
});

describe('ResultWriter', () => {
  const writer = (Bucket: string) => ({
    Resource: 'arn:aws:states:::s3:putObject',
    Parameters: { Bucket, 'Prefix.$': '$.prefix' },
  });

  test('writes a manifest and the children by status', async () => {
    const bench = createBench();
    failing(bench, (n) => n === 1);
    const states = startStates(bench);
    const definition = only(distributed({ ItemsPath: '$.list', ToleratedFailureCount: 1, ResultWriter: writer('out') }));
    const { arn, output } = await runMachine(states, definition, { list: [0, 1, 2], prefix: 'results/' });
    const mapRun = await describeMapRun(states, arn);
    const folder = `results/${mapRun.arn.split(':').at(-1)}`;
    expect(JSON.parse(output as string)).toEqual({
      MapRunArn: mapRun.arn,
      ResultWriterDetails: { Bucket: 'out', Key: `${folder}/manifest.json` },
    });
    expect(mapRun.executionCounts.resultsWritten).toBe(3);

    const [failed, succeeded] = ['FAILED', 'SUCCEEDED'].map((name) => bench.readObject('out', `${folder}/${name}_0.json`)) as [
      string,
      string,
    ];
    expect(JSON.parse(bench.readObject('out', `${folder}/manifest.json`))).toEqual({
      DestinationBucket: 'out',
      MapRunArn: mapRun.arn,
      ResultFiles: {
        FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: failed.length }],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: succeeded.length }],
      },
    });
    expect(JSON.parse(succeeded).map((child: { Input: string; Output: string }) => [child.Input, child.Output])).toEqual([
      ['0', '0'],
      ['2', '4'],
    ]);
    expect(JSON.parse(failed)).toMatchObject([
      { Input: '1', Status: 'FAILED', Error: 'Bad', RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' },
    ]);
  });

  test('also after too many failures', async () => {
    const bench = createBench();
    failing(bench, (n) => n === 1);
    const states = startStates(bench);
    const definition = only(distributed({ ItemsPath: '$.list', MaxConcurrency: 1, ResultWriter: writer('out') }));
    const { arn, error } = await runMachine(states, definition, { list: [0, 1, 2], prefix: '' });
    expect(error).toBe('States.ExceedToleratedFailureThreshold');
    const id = (await describeMapRun(states, arn)).arn.split(':').at(-1);
    expect(JSON.parse(bench.readObject('out', `${id}/PENDING_0.json`))).toMatchObject([{ Input: '2' }]);
  });

  test('that cannot write fails with States.ResultWriterFailed', async () => {
    const bench = createBench();
    failing(bench, () => false);
    const definition = only(distributed({ ItemsPath: '$.list', ResultWriter: writer('missing') }));
    expect(await runMachine(startStates(bench), definition, { list: [1], prefix: 'p' })).toMatchObject({
      error: 'States.ResultWriterFailed',
    });
  });
});
