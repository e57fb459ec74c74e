import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { DatasetManifest, DatasetRequest } from '@tidemark/pipeline';
import { CommandFailed, failureOf } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { waiting } from './waiting.ts';

const POLL_MS = 200;

/** Starts the build of a data set and follows it, state by state. @throws the error it failed with */
export async function buildDataset(
  stage: ConnectedStage,
  id: string,
  request: DatasetRequest,
  entered: (state: string) => void,
): Promise<DatasetManifest> {
  if ((await stage.executions.start('build-dataset', id, request)) === 'exists')
    throw new CommandFailed(`a data set ${id} exists already: choose another --name`);
  const executionArn = `${stage.names.machineArn('build-dataset').replace(':stateMachine:', ':execution:')}:${id}`;
  const seen = new Set<number>();
  for (;;) {
    const execution = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    for (const { id: eventId, stateEnteredEventDetails } of events) {
      if (stateEnteredEventDetails?.name === undefined || eventId === undefined || seen.has(eventId)) continue;
      seen.add(eventId);
      entered(stateEnteredEventDetails.name);
    }
    if (execution.status === 'SUCCEEDED') return JSON.parse(execution.output ?? '{}') as DatasetManifest;
    if (execution.status !== 'RUNNING')
      throw failureOf(execution.error, `data set ${id} ended as ${execution.status}: ${readableCause(execution.cause)}`);
    await waiting.sleep(POLL_MS);
  }
}

/** Lambda's cause is JSON with the message inside. */
function readableCause(cause: string | undefined): string {
  try {
    return (JSON.parse(cause ?? '') as { errorMessage?: string }).errorMessage ?? cause ?? '';
  } catch {
    return cause ?? '';
  }
}
