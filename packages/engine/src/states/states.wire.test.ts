/** The service over the wire, with the SDK's own client. */
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { createWireServer } from '../wire/wire-server.ts';
import { createBench, invokeTask, only, startStates, waitForEnd } from './states.fixture.ts';

test('the SDK creates, starts, describes and reads a history, and gets typed errors', async () => {
  const bench = createBench();
  bench.functions.set('double', (n) => (n as number) * 2);
  const states = startStates(bench);
  const server = createWireServer({
    services: [states.service],
    context: bench.context,
    fallback: (_, response) => void response.writeHead(404).end(),
  });
  const port = await server.listen(0);
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });

  const roleArn = 'arn:aws:iam::123456789012:role/states';
  const create = (definition: object) =>
    client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: JSON.stringify(definition) }));
  await expect(create(only({ Type: 'Pass', Assign: {} }))).rejects.toBeInstanceOf(InvalidDefinition);
  const { stateMachineArn, creationDate } = await create(only(invokeTask('double')));
  expect(creationDate).toEqual(new Date(bench.context.clock.nowMs()));

  const started = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'n', input: '21' }));
  const executionArn = started.executionArn as string;
  await waitForEnd(states, executionArn);
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'SUCCEEDED',
    output: '42',
    startDate: started.startDate,
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
  });
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events?.[4]).toMatchObject({
    type: 'TaskSucceeded',
    timestamp: expect.any(Date),
    taskSucceededEventDetails: { resourceType: 'lambda', resource: 'invoke', outputDetails: { truncated: false } },
  });
  await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'n' }))).rejects.toBeInstanceOf(
    ExecutionAlreadyExists,
  );
  await expect(client.send(new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}x` }))).rejects.toBeInstanceOf(
    StateMachineDoesNotExist,
  );
});
