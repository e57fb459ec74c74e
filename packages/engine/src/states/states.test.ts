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
} from './states.fixture.ts';

describe('an execution', () => {
  test('runs task after task and tells its history as AWS does', async () => {
    const bench = createBench();
    bench.functions.set('double', (n) => (n as number) * 2);
    const states = startStates(bench);
    const definition = {
      StartAt: 'First',
      States: { First: invokeTask('double', { Next: 'Second' }), Second: invokeTask('double') },
    };
    const { arn, ...execution } = await runMachine(states, definition, 5, 'twice');
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '20', redriveStatus: 'NOT_REDRIVABLE' });

    const events = await readHistory(states, arn);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSucceeded'],
      [6, 5, 'TaskStateExited'],
      [7, 6, 'TaskStateEntered'],
      [8, 7, 'TaskScheduled'],
      [9, 8, 'TaskStarted'],
      [10, 9, 'TaskSucceeded'],
      [11, 10, 'TaskStateExited'],
      [12, 11, 'ExecutionSucceeded'],
    ]);
    expect(events[0]).toMatchObject({
      executionStartedEventDetails: {
        input: '5',
        inputDetails: { truncated: false },
        roleArn: 'arn:aws:iam::123456789012:role/states',
      },
    });
    expect(events[2]).toMatchObject({
      taskScheduledEventDetails: {
        resourceType: 'lambda',
        resource: 'invoke',
        region: 'eu-central-1',
        parameters: '{"FunctionName":"double","Payload":5}',
      },
    });
    expect(events[4]).toMatchObject({
      taskSucceededEventDetails: { output: '{"ExecutedVersion":"$LATEST","Payload":10,"StatusCode":200}' },
    });
    expect(events[5]).toMatchObject({ stateExitedEventDetails: { name: 'First', output: '10' } });
  });

  test('fails with the function errorType and its whole answer as the cause', async () => {
    const bench = createBench();
    bench.functions.set('broken', () => {
      throw new TypeError('no');
    });
    const states = startStates(bench);
    const execution = await runMachine(states, only(invokeTask('broken')));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'TypeError', redriveStatus: 'REDRIVABLE' });
    expect(JSON.parse(execution.cause as string)).toEqual({ errorType: 'TypeError', errorMessage: 'no', trace: [] });
    const events = await readHistory(states, execution.arn);
    expect(events.slice(-2)).toMatchObject([
      { type: 'TaskFailed', taskFailedEventDetails: { error: 'TypeError' } },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'TypeError', cause: execution.cause } },
    ]);
  });

  test('waits in the engine time', async () => {
    const bench = createBench();
    const states = startStates(bench);
    const stateMachineArn = await createMachine(states, only({ Type: 'Wait', Seconds: 600 }));
    const { executionArn } = states.startExecution({ stateMachineArn, input: '7' });
    bench.advance(599_000);
    await settle();
    expect(await call(states, 'DescribeExecution', { executionArn })).toMatchObject({ status: 'RUNNING' });
    bench.advance(1_000);
    expect(await waitForEnd(states, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '7' });
  });
});
