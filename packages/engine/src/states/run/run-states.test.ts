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

const fail = (name: string) => () => {
  throw Object.assign(new Error('no'), { name });
};

async function output(states: States, definition: object, input: Json = {}): Promise<Json> {
  const execution = await runMachine(states, definition, input);
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  return JSON.parse(execution.output as string);
}

describe('data flow', () => {
  test('runs InputPath, Parameters, ResultSelector, ResultPath and OutputPath in this order', async () => {
    const bench = createBench();
    bench.functions.set('f', (payload) => ({ got: payload, noise: 1 }));
    const definition = only({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      InputPath: '$.in',
      Parameters: { FunctionName: 'f', Payload: { 'x.$': '$.x', 'run.$': '$$.Execution.Name', fixed: [1] } },
      ResultSelector: { 'picked.$': '$.Payload.got', 'code.$': '$.StatusCode' },
      ResultPath: '$.result.deep',
      OutputPath: '$.result',
    });
    const states = startStates(bench);
    const { arn, output: text } = await runMachine(states, definition, { in: { x: 7 }, keep: 1 });
    const run = arn.split(':').at(-1);
    expect(JSON.parse(text as string)).toEqual({ deep: { picked: { x: 7, run, fixed: [1] }, code: 200 } });
  });

  test.each<[string, object, Json, Json]>([
    ['ResultPath null keeps the input', { Type: 'Pass', Result: 1, ResultPath: null }, { a: 1 }, { a: 1 }],
    ['InputPath null gives an empty object', { Type: 'Pass', InputPath: null }, { a: 1 }, {}],
    ['OutputPath null gives an empty object', { Type: 'Pass', OutputPath: null }, { a: 1 }, {}],
    ['Result false is a result', { Type: 'Pass', Result: false }, { a: 1 }, false],
    ['Parameters alone are passed on', { Type: 'Pass', Parameters: { 'b.$': '$.a' } }, { a: 1 }, { b: 1 }],
    [
      'a field named like a built-in is a field',
      { Type: 'Pass', Result: 1, ResultPath: '$.constructor.toString' },
      {},
      { constructor: { toString: 1 } },
    ],
  ])('%s', async (_, state, input, expected) => {
    expect(await output(startStates(createBench()), only(state), input)).toEqual(expected);
  });

  test('a function named by its ARN gives its result as it is, with events of its own', async () => {
    const bench = createBench();
    bench.functions.set('f', (n) => (n as number) + 1);
    const states = startStates(bench);
    const Resource = 'arn:aws:lambda:eu-central-1:123456789012:function:f';
    const { arn, output: text } = await runMachine(states, only({ Type: 'Task', Resource }), 1);
    expect(text).toBe('2');
    expect((await readHistory(states, arn)).map((event) => event.type).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ]);
  });

  test('Athena gives the query execution, times as milliseconds', async () => {
    const bench = createBench();
    bench.queries.run = async (input) => ({
      QueryExecution: { Query: (input as { QueryString: string }).QueryString, Status: { SubmissionDateTime: new Date(5) } },
      queryExecutionId: 'q1',
      state: 'SUCCEEDED',
    });
    const states = startStates(bench);
    const query = {
      Type: 'Task',
      Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
      Parameters: { QueryString: 'SELECT 1' },
    };
    const { arn, output: text } = await runMachine(states, only(query));
    expect(JSON.parse(text as string)).toEqual({ QueryExecution: { Query: 'SELECT 1', Status: { SubmissionDateTime: 5 } } });
    expect((await readHistory(states, arn)).find((event) => event.type === 'TaskSubmitted')).toMatchObject({
      taskSubmittedEventDetails: { resource: 'startQueryExecution.sync', output: '{"QueryExecutionId":"q1"}' },
    });
  });

  test('a query that fails is States.TaskFailed, with the query execution as its cause', async () => {
    const bench = createBench();
    bench.queries.run = async () => ({
      QueryExecution: { Status: { State: 'FAILED', StateChangeReason: 'SYNTAX_ERROR' } },
      queryExecutionId: 'q1',
      state: 'FAILED',
    });
    const query = { Type: 'Task', Resource: 'arn:aws:states:::athena:startQueryExecution.sync', Parameters: {} };
    const execution = await runMachine(startStates(bench), only(query));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(execution.cause).toContain('SYNTAX_ERROR');
  });
});

describe('failures', () => {
  test.each<[string, object, string]>([
    ['a missing path', { Type: 'Pass', Parameters: { 'a.$': '$.nope' } }, 'States.Runtime'],
    ['a missing InputPath', { Type: 'Pass', InputPath: '$.nope' }, 'States.Runtime'],
    ['a ResultPath that does not fit', { Type: 'Pass', Result: 1, ResultPath: '$.text.x' }, 'States.ResultPathMatchFailure'],
    ['an intrinsic function', { Type: 'Pass', Parameters: { 'a.$': 'States.MathAdd($.text, 1)' } }, 'States.IntrinsicFailure'],
    ['an unknown function', invokeTask('nobody'), 'Lambda.ResourceNotFoundException'],
    ['no function name', { ...invokeTask('x'), Parameters: { Payload: 1 } }, 'States.Runtime'],
    [
      'a parameter that the engine does not pass on',
      { ...invokeTask('x'), Parameters: { FunctionName: 'x', Qualifier: '1' } },
      'States.Runtime',
    ],
    [
      'items that are no array',
      { Type: 'Map', ItemsPath: '$.text', ItemProcessor: only({ Type: 'Pass' }, 'Each') },
      'States.Runtime',
    ],
    ['a wait for no time', { Type: 'Wait', TimestampPath: '$.text' }, 'States.Runtime'],
  ])('%s', async (_, state, error) => {
    expect(await runMachine(startStates(createBench()), only(state), { text: 'secret' })).toMatchObject({
      status: 'FAILED',
      error,
    });
  });

  test('a Fail state says its error and cause, also by path', async () => {
    const states = startStates(createBench());
    const definition = {
      StartAt: 'F',
      States: { F: { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}!', $.c)" } },
    };
    expect(await runMachine(states, definition, { e: 'Mine', c: 'because' })).toMatchObject({
      status: 'FAILED',
      error: 'Mine',
      cause: 'because!',
    });
  });

  test('a Choice without a match is States.NoChoiceMatched', async () => {
    const definition = {
      StartAt: 'C',
      States: { C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 2, Next: 'D' }] }, D: { Type: 'Succeed' } },
    };
    const states = startStates(createBench());
    expect(await runMachine(states, definition, 1)).toMatchObject({ error: 'States.NoChoiceMatched' });
    expect(await runMachine(states, definition, 2)).toMatchObject({ status: 'SUCCEEDED', output: '2' });
  });

  test('what is retried waits for its time and comes to an end', async () => {
    const bench = createBench();
    bench.functions.set('f', fail('Busy'));
    const states = startStates(bench);
    const retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 3 }];
    const stateMachineArn = await createMachine(states, only(invokeTask('f', { Retry: retry })));
    const { executionArn } = states.startExecution({ stateMachineArn });
    const invocationsAfter = async (ms: number) => {
      bench.advance(ms);
      await settle();
      return bench.invoked.length;
    };
    expect([await invocationsAfter(0), await invocationsAfter(9_999), await invocationsAfter(1)]).toEqual([1, 1, 2]);
    expect([await invocationsAfter(29_999), await invocationsAfter(1)]).toEqual([2, 3]);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'FAILED', error: 'Busy' });
  });

  test('what is caught goes on with error and cause in the input', async () => {
    const bench = createBench();
    bench.functions.set('f', fail('Mine'));
    const states = startStates(bench);
    const definition = {
      StartAt: 'T',
      States: {
        T: invokeTask('f', {
          End: true,
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Wrong' },
            { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.failure', Next: 'Right' },
          ],
        }),
        Wrong: { Type: 'Fail', Error: 'Wrong' },
        Right: { Type: 'Pass', Parameters: { 'error.$': '$.failure.Error', 'kept.$': '$.kept' }, End: true },
      },
    };
    const execution = await runMachine(states, definition, { kept: 1 });
    expect(execution.output).toBe('{"error":"Mine","kept":1}');
    expect((await readHistory(states, execution.arn)).map((event) => event.type).slice(4, 7)).toEqual([
      'TaskFailed',
      'TaskStateExited',
      'PassStateEntered',
    ]);
  });

  test('a task past its TimeoutSeconds is States.Timeout, and its late answer is dropped', async () => {
    const bench = createBench();
    let answer: (value: Json) => void = () => {};
    bench.functions.set('slow', () => new Promise<Json>((resolve) => (answer = resolve)));
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, only(invokeTask('slow', { TimeoutSeconds: 30 })));
    const { executionArn } = states.startExecution({ stateMachineArn });
    await settle();
    bench.advance(30_000);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    answer(1);
    await settle();
    expect((await readHistory(states, executionArn)).map((event) => event.type).slice(-2)).toEqual([
      'TaskTimedOut',
      'ExecutionFailed',
    ]);
  });

  test('an execution past its TimeoutSeconds is TIMED_OUT', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, { ...only({ Type: 'Wait', Seconds: 900 }), TimeoutSeconds: 60 });
    const { executionArn } = states.startExecution({ stateMachineArn });
    await settle();
    bench.advance(60_000);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  });
});

describe('limits', () => {
  const bytes = (count: number) => 'é'.repeat(count / 2 - 1);
  const sized = (bench: Bench, count: number) => bench.functions.set('f', () => bytes(count));

  test('a payload of 262,144 bytes passes and a larger one is States.DataLimitExceeded', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const definition = only({ Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:f' });
    sized(bench, 262_144);
    expect(await runMachine(states, definition)).toMatchObject({ status: 'SUCCEEDED' });
    sized(bench, 262_146);
    expect(await runMachine(states, definition)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('States.ALL does not catch it, its own name does', async () => {
    const bench = createBench();
    sized(bench, 300_000);
    const states = startStates(bench);
    const definition = (name: string) => ({
      StartAt: 'T',
      States: { T: invokeTask('f', { End: true, Catch: [{ ErrorEquals: [name], Next: 'D' }] }), D: { Type: 'Succeed' } },
    });
    expect(await runMachine(states, definition('States.ALL'))).toMatchObject({ status: 'FAILED' });
    expect(await runMachine(states, definition('States.DataLimitExceeded'))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('outputs that are too large together fail the Map', async () => {
    const bench = createBench();
    sized(bench, 100_000);
    const state = { Type: 'Map', ItemProcessor: only(invokeTask('f'), 'Each') };
    expect(await runMachine(startStates(bench), only(state), [1, 2, 3])).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  test('a machine that goes round ends at 25,000 events', async () => {
    const states = startStates(createBench());
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'C' },
        C: { Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'E' }], Default: 'A' },
        E: { Type: 'Succeed' },
      },
    };
    const execution = await runMachine(states, definition);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', redriveStatus: 'NOT_REDRIVABLE' });
    const { events } = await call<{ events: { id: number; type: string }[] }>(states, 'GetExecutionHistory', {
      executionArn: execution.arn,
      reverseOrder: true,
      maxResults: 1,
    });
    expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
  });
});

describe('branches', () => {
  test('Parallel gives the outputs in the order of its branches', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const definition = only({
      Type: 'Parallel',
      Branches: [only({ Type: 'Pass', Result: 1 }, 'A'), only({ Type: 'Pass' }, 'B')],
    });
    expect(await output(states, definition, { x: 1 })).toEqual([1, { x: 1 }]);
  });

  test('the first failure aborts the other branches and can be caught', async () => {
    const bench = createBench();
    bench.functions.set('f', fail('Mine'));
    bench.functions.set('hang', () => new Promise<Json>(() => {}));
    const states = startStates(bench);
    const parallel = {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'H', States: { H: invokeTask('hang') } },
        { StartAt: 'T', States: { T: invokeTask('f') } },
      ],
      Catch: [{ ErrorEquals: ['Mine'], Next: 'After' }],
      Next: 'After',
    };
    const definition = { StartAt: 'P', States: { P: parallel, After: { Type: 'Pass', OutputPath: '$.Error', End: true } } };
    const execution = await runMachine(states, definition);
    expect(execution.output).toBe('"Mine"');
    const types = (await readHistory(states, execution.arn)).map((event) => event.type);
    expect(types).toEqual(
      expect.arrayContaining(['TaskFailed', 'TaskStateAborted', 'ParallelStateFailed', 'ParallelStateExited']),
    );
  });

  test('an inline Map runs so many iterations at once, keeps the order, and knows each item', async () => {
    const bench = createBench();
    let atOnce = 0;
    let most = 0;
    bench.functions.set('f', async (payload) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await settle(3);
      atOnce -= 1;
      return payload;
    });
    const states = startStates(bench);
    const definition = only({
      Type: 'Map',
      ItemsPath: '$.list',
      MaxConcurrency: 3,
      ItemSelector: { 'n.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index', 'all.$': '$.all' },
      ItemProcessor: {
        StartAt: 'A',
        States: {
          A: invokeTask('f', { Next: 'B' }),
          B: { Type: 'Pass', Parameters: { 'got.$': '$', 'value.$': '$$.Map.Item.Value' }, End: true },
        },
      },
    });
    const list = [5, 6, 7, 8, 9, 10, 11];
    expect(await output(states, definition, { list, all: 'x' })).toEqual(
      list.map((n, i) => ({ got: { n, i, all: 'x' }, value: n })),
    );
    expect(most).toBe(3);
  });

  test('a failing iteration fails the Map under its own name', async () => {
    const bench = createBench();
    bench.functions.set('f', (n) => (n === 2 ? fail('Two')() : n));
    const states = startStates(bench);
    const execution = await runMachine(states, only({ Type: 'Map', ItemProcessor: only(invokeTask('f'), 'Each') }), [1, 2, 3]);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Two' });
    const types = (await readHistory(states, execution.arn)).map((event) => event.type);
    expect(types).toEqual(
      expect.arrayContaining(['MapStateStarted', 'MapIterationStarted', 'MapIterationFailed', 'MapStateFailed']),
    );
  });

  test('an empty Map gives an empty array', async () => {
    expect(
      await output(startStates(createBench()), only({ Type: 'Map', ItemProcessor: only({ Type: 'Pass' }, 'Each') }), []),
    ).toEqual([]);
  });
});

test('a stopped execution is ABORTED with error and cause, and nothing of it goes on', async () => {
  const bench = createBench();
  const states = startStates(bench);
  const definition = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 5, Next: 'T' }, T: invokeTask('f') } };
  const stateMachineArn = await createMachine(states, definition);
  const { executionArn } = states.startExecution({ stateMachineArn });
  await settle();
  await call(states, 'StopExecution', { executionArn, error: 'E', cause: 'why' });
  const stopped = await call<Described>(states, 'DescribeExecution', { executionArn });
  expect(stopped).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'why' });
  expect((await readHistory(states, executionArn)).slice(-2)).toMatchObject([
    { type: 'WaitStateAborted' },
    { type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'E', cause: 'why' } },
  ]);
  bench.advance(60_000);
  await settle();
  expect(bench.invoked).toEqual([]);
  await call(states, 'StopExecution', { executionArn });
  expect(await call(states, 'DescribeExecution', { executionArn })).toEqual(stopped);
});
