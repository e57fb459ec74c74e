import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createExecutions } from './step-functions-executions.ts';

const sfn = mockClient(SFNClient);
beforeEach(() => sfn.reset());
const executions = createExecutions(new SFNClient({ region: 'us-east-1' }), {
  ingest: 'arn:aws:states:us-east-1:1:stateMachine:dev-ingest',
});

test('an execution that is there already counts as delivered', async () => {
  sfn
    .on(StartExecutionCommand)
    .resolvesOnce({})
    .rejects(new ExecutionAlreadyExists({ message: 'x', $metadata: {} }));
  expect(await executions.start('ingest', 'n', {})).toBe('started');
  expect(await executions.start('ingest', 'n', {})).toBe('exists');
});

test('an execution is found under the name of its machine; one that never was has no status', async () => {
  sfn
    .on(DescribeExecutionCommand)
    .resolvesOnce({ status: 'FAILED' })
    .rejects(new ExecutionDoesNotExist({ message: 'x', $metadata: {} }));
  expect(await executions.status('ingest', 'n')).toBe('FAILED');
  expect(sfn.commandCalls(DescribeExecutionCommand)[0]?.args[0].input.executionArn).toBe(
    'arn:aws:states:us-east-1:1:execution:dev-ingest:n',
  );
  expect(await executions.status('ingest', 'n')).toBeUndefined();
});

test('a machine that is not configured is named', async () => {
  await expect(executions.start('restore', 'n', {})).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: expect.stringContaining('restore'),
  });
});
