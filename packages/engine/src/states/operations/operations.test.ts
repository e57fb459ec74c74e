import { describe, expect, test } from 'vitest';
import {
  call,
  createBench,
  createMachine,
  invokeTask,
  only,
  readHistory,
  runMachine,
  settle,
  startStates,
  waitForEnd,
} from '../states.fixture.ts';

const pass = only({ Type: 'Pass' });
const wait = only({ Type: 'Wait', Seconds: 60 });
const roleArn = 'arn:aws:iam::123456789012:role/states';

describe('state machines', () => {
  test('the same creation again is the same machine, another under its name is not', async () => {
    const states = startStates(createBench());
    const arn = await createMachine(states, pass, 'm');
    expect(arn).toBe('arn:aws:states:eu-central-1:123456789012:stateMachine:m');
    expect(await createMachine(states, pass, 'm')).toBe(arn);
    await expect(createMachine(states, wait, 'm')).rejects.toMatchObject({ code: 'StateMachineAlreadyExists' });
  });

  test('an update counts for new executions, not for those under way', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 60, Next: 'P' }, P: { Type: 'Pass', Result: 'old', End: true } },
    });
    const before = states.startExecution({ stateMachineArn });
    await settle();
    const definition = JSON.stringify(only({ Type: 'Pass', Result: 'new' }));
    const updated = await call<{ revisionId: string }>(states, 'UpdateStateMachine', { stateMachineArn, definition });
    expect(await call(states, 'DescribeStateMachine', { stateMachineArn })).toMatchObject({
      definition,
      roleArn,
      status: 'ACTIVE',
      revisionId: updated.revisionId,
    });
    expect(await waitForEnd(states, states.startExecution({ stateMachineArn }).executionArn)).toMatchObject({ output: '"new"' });
    bench.advance(60_000);
    expect(await waitForEnd(states, before.executionArn)).toMatchObject({ output: '"old"' });
    const told = await call<{ definition: string }>(states, 'DescribeStateMachineForExecution', {
      executionArn: before.executionArn,
    });
    expect(told.definition).toContain('old');
  });

  test('a deleted machine goes with its last execution', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, wait);
    states.startExecution({ stateMachineArn });
    await settle();
    await call(states, 'DeleteStateMachine', { stateMachineArn });
    expect(await call(states, 'DescribeStateMachine', { stateMachineArn })).toMatchObject({ status: 'DELETING' });
    expect(() => states.startExecution({ stateMachineArn })).toThrow(expect.objectContaining({ code: 'StateMachineDeleting' }));
    bench.advance(60_000);
    await settle();
    await expect(call(states, 'DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
    expect(await createMachine(states, wait)).toBe(stateMachineArn);
    expect(await call(states, 'ListExecutions', { stateMachineArn })).toMatchObject({ executions: [] });
  });

  test('machines are listed by name, in pages', async () => {
    const states = startStates(createBench());
    for (const name of ['c', 'a', 'b']) await createMachine(states, pass, name);
    const names = async (nextToken?: string) => {
      const page = await call<{ stateMachines: { name: string }[]; nextToken?: string }>(states, 'ListStateMachines', {
        maxResults: 2,
        nextToken,
      });
      return [page.stateMachines.map((machine) => machine.name), page.nextToken] as const;
    };
    const [first, token] = await names();
    expect([first, await names(token)]).toEqual([
      ['a', 'b'],
      [['c'], undefined],
    ]);
    await expect(names('nonsense')).rejects.toMatchObject({ code: 'InvalidToken' });
  });

  test.each<[string, object, string]>([
    ['a name with a space', { name: 'a b' }, 'InvalidName'],
    ['a name that is too long', { name: 'a'.repeat(81) }, 'InvalidName'],
    ['type EXPRESS', { type: 'EXPRESS' }, 'StateMachineTypeNotSupported'],
    ['versions', { publish: true }, 'ValidationException'],
    ['encryption', { encryptionConfiguration: { type: 'AWS_OWNED_KEY' } }, 'ValidationException'],
    ['a wrong definition', { definition: '{}' }, 'InvalidDefinition'],
  ])('refuses %s', async (_, change, code) => {
    const input = { name: 'm', definition: JSON.stringify(pass), roleArn, ...change };
    await expect(call(startStates(createBench()), 'CreateStateMachine', input)).rejects.toMatchObject({ code });
  });

  test('an update of nothing is refused', async () => {
    const states = startStates(createBench());
    const stateMachineArn = await createMachine(states, pass);
    await expect(call(states, 'UpdateStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'MissingRequiredParameter',
    });
  });

  test('validation says what is wrong and where', async () => {
    const states = startStates(createBench());
    const validate = (definition: object) =>
      call(states, 'ValidateStateMachineDefinition', { definition: JSON.stringify(definition) });
    expect(await validate(pass)).toEqual({ result: 'OK', diagnostics: [], truncated: false });
    expect(await validate(only({ Type: 'Pass', Assign: {} }))).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', location: '/States/Only/Assign' }],
    });
  });

  test('tags are kept', async () => {
    const states = startStates(createBench());
    const resourceArn = await createMachine(states, pass);
    await call(states, 'TagResource', {
      resourceArn,
      tags: [
        { key: 'b', value: '1' },
        { key: 'a', value: '2' },
      ],
    });
    await call(states, 'UntagResource', { resourceArn, tagKeys: ['b'] });
    expect(await call(states, 'ListTagsForResource', { resourceArn })).toEqual({ tags: [{ key: 'a', value: '2' }] });
    await expect(call(states, 'TagResource', { resourceArn: `${resourceArn}x`, tags: [] })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });
});

describe('executions', () => {
  test('a name with the same input is one execution while it runs', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, wait);
    const start = (input: string) => () => states.startExecution({ stateMachineArn, name: 'n', input });
    const first = start('{"a":1}')();
    bench.advance(5_000);
    expect(start('{"a":1}')()).toEqual(first);
    expect(start('{"a":2}')).toThrow(expect.objectContaining({ code: 'ExecutionAlreadyExists' }));
    bench.advance(60_000);
    await waitForEnd(states, first.executionArn);
    expect(start('{"a":1}')).toThrow(expect.objectContaining({ code: 'ExecutionAlreadyExists' }));
  });

  test.each<[string, object, string]>([
    ['a name with a slash', { name: 'a/b' }, 'InvalidName'],
    ['input that is not JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input that is too large', { input: JSON.stringify('x'.repeat(262_143)) }, 'ValidationException'],
    [
      'a machine that is not there',
      { stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:nope' },
      'StateMachineDoesNotExist',
    ],
    ['what is no ARN', { stateMachineArn: 'machine' }, 'InvalidArn'],
  ])('refuses %s', async (_, change, code) => {
    const states = startStates(createBench());
    const stateMachineArn = await createMachine(states, pass);
    await expect(call(states, 'StartExecution', { stateMachineArn, ...change })).rejects.toMatchObject({ code });
  });

  test('are listed newest first, by status, in pages', async () => {
    const bench = createBench();
    bench.functions.set('f', (n) => {
      if (n === 2) throw new Error('two');
      return n;
    });
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, only(invokeTask('f')));
    for (const n of [1, 2, 3])
      await waitForEnd(states, states.startExecution({ stateMachineArn, name: `n${n}`, input: `${n}` }).executionArn);
    const list = async (more: object) => {
      const page = await call<{ executions: { name: string }[]; nextToken?: string }>(states, 'ListExecutions', {
        stateMachineArn,
        ...more,
      });
      return { names: page.executions.map((each) => each.name), token: page.nextToken };
    };
    expect(await list({})).toEqual({ names: ['n3', 'n2', 'n1'], token: undefined });
    expect(await list({ statusFilter: 'FAILED' })).toEqual({ names: ['n2'], token: undefined });
    const { names, token } = await list({ maxResults: 2 });
    expect([names, (await list({ maxResults: 2, nextToken: token })).names]).toEqual([['n3', 'n2'], ['n1']]);
    await expect(list({ statusFilter: 'NICE' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(list({ mapRunArn: 'x' })).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test('an execution that is not there is named', async () => {
    const states = startStates(createBench());
    const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:m:nope';
    for (const name of ['DescribeExecution', 'StopExecution', 'GetExecutionHistory', 'RedriveExecution', 'ListMapRuns']) {
      await expect(call(states, name, { executionArn })).rejects.toMatchObject({
        code: 'ExecutionDoesNotExist',
        message: expect.stringContaining('nope'),
      });
    }
  });

  test('a history comes in pages, backwards, and without data', async () => {
    const states = startStates(createBench());
    const { arn } = await runMachine(states, pass, { a: 1 });
    const whole = await readHistory(states, arn);
    expect(whole.map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    const page = (more: object) =>
      call<{ events: object[]; nextToken?: string }>(states, 'GetExecutionHistory', { executionArn: arn, ...more });
    const first = await page({ maxResults: 3, reverseOrder: true });
    const second = await page({ maxResults: 3, reverseOrder: true, nextToken: first.nextToken });
    expect([...first.events, ...second.events]).toEqual(whole.toReversed());
    expect((await page({ includeExecutionData: false })).events[1]).toEqual({
      timestamp: expect.any(Date),
      type: 'PassStateEntered',
      id: 2,
      previousEventId: 0,
      stateEnteredEventDetails: { name: 'Only' },
    });
  });
});

describe('a redrive', () => {
  test('continues at the failed state, with new attempts, and remembers what was done', async () => {
    const bench = createBench();
    let isBroken = true;
    bench.functions.set('first', (n) => (n as number) + 1);
    bench.functions.set('second', (n) => {
      if (isBroken) throw new Error('broken');
      return (n as number) * 10;
    });
    const states = startStates(bench);
    const definition = {
      StartAt: 'A',
      States: { A: invokeTask('first', { Next: 'B' }), B: invokeTask('second') },
    };
    const { arn: executionArn } = await runMachine(states, definition, 1);
    isBroken = false;
    await call(states, 'RedriveExecution', { executionArn });
    expect(await call(states, 'DescribeExecution', { executionArn })).toMatchObject({
      redriveCount: 1,
      redriveDate: expect.any(Date),
    });
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '20' });
    expect(bench.invoked.map(({ name }) => name)).toEqual(['first', 'second', 'second']);
    const events = await readHistory(states, executionArn);
    expect(events.slice(9).map((event) => event.type)).toEqual([
      'TaskFailed',
      'ExecutionFailed',
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[11]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 1 } });
    await expect(call(states, 'RedriveExecution', { executionArn })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable' });
  });

  test('runs only the branches that had not ended', async () => {
    const bench = createBench();
    let isBroken = true;
    bench.functions.set('good', () => 'good');
    bench.functions.set('bad', async () => {
      await settle(5);
      if (isBroken) throw new Error('broken');
      return 'bad';
    });
    const states = startStates(bench);
    const definition = only({ Type: 'Parallel', Branches: [only(invokeTask('good'), 'G'), only(invokeTask('bad'), 'B')] });
    const { arn: executionArn, status } = await runMachine(states, definition);
    expect(status).toBe('FAILED');
    isBroken = false;
    await call(states, 'RedriveExecution', { executionArn });
    expect(await waitForEnd(states, executionArn)).toMatchObject({ output: '["good","bad"]' });
    expect(bench.invoked.map(({ name }) => name)).toEqual(['good', 'bad', 'bad']);
  });

  test('of a stopped Wait waits its whole time again', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, wait);
    const { executionArn } = states.startExecution({ stateMachineArn });
    await settle();
    bench.advance(50_000);
    await call(states, 'StopExecution', { executionArn });
    await call(states, 'RedriveExecution', { executionArn });
    await settle();
    bench.advance(50_000);
    await settle();
    expect(await call(states, 'DescribeExecution', { executionArn })).toMatchObject({ status: 'RUNNING' });
    bench.advance(10_000);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a restart', () => {
  test('leaves what ran, and waits only for what is left of a wait', async () => {
    const bench = createBench();
    bench.functions.set('f', (n) => n);
    const definition = {
      StartAt: 'T',
      States: { T: invokeTask('f', { Next: 'W' }), W: { Type: 'Wait', Seconds: 60, End: true } },
    };
    const first = startStates(bench);
    const stateMachineArn = await createMachine(first, definition);
    const { executionArn } = first.startExecution({ stateMachineArn, input: '1' });
    await settle();
    bench.advance(40_000);
    await first.stop();
    const second = startStates(bench);
    expect(bench.logs).toEqual(['states: going on with 1 executions']);
    bench.advance(20_000);
    expect(await waitForEnd(second, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect(bench.invoked).toHaveLength(1);
  });
});
