import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListMapRunsCommand,
} from '@aws-sdk/client-sfn';
import type { MachineName } from '@tidemark/functions/topology';
import { failureOf } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { waiting } from './waiting.ts';

const POLL_MS = 200;

/** Follows an execution to its output: each state as it is entered, and how far a distributed Map has come. @throws the error it failed with */
export async function followExecution<Output>(
  stage: ConnectedStage,
  machine: MachineName,
  id: string,
  what: string,
  progress: (line: string) => void,
): Promise<Output> {
  const executionArn = `${stage.names.machineArn(machine).replace(':stateMachine:', ':execution:')}:${id}`;
  const seen = new Set<number>();
  let items = '';
  for (;;) {
    const execution = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    for (const { id: eventId, stateEnteredEventDetails } of events) {
      if (stateEnteredEventDetails?.name === undefined || eventId === undefined || seen.has(eventId)) continue;
      seen.add(eventId);
      progress(stateEnteredEventDetails.name);
    }
    const now = execution.status === 'RUNNING' ? await itemsDone(stage, executionArn) : '';
    if (now !== '' && now !== items) progress(`  ${now}`);
    items = now === '' ? items : now;
    if (execution.status === 'SUCCEEDED') return JSON.parse(execution.output ?? '{}') as Output;
    if (execution.status !== 'RUNNING')
      throw failureOf(execution.error, `${what} ended as ${execution.status}: ${readableCause(execution.cause)}`);
    await waiting.sleep(POLL_MS);
  }
}

/** `12 of 64` of the Map that runs; empty when none does. */
async function itemsDone({ sfn }: ConnectedStage, executionArn: string): Promise<string> {
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  for (const { mapRunArn } of mapRuns) {
    const { status, itemCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn }));
    if (status === 'RUNNING' && itemCounts !== undefined && (itemCounts.total ?? 0) > 1)
      return `${itemCounts.succeeded} of ${itemCounts.total}`;
  }
  return '';
}

/** Lambda's cause is JSON with the message inside. */
function readableCause(cause: string | undefined): string {
  try {
    return (JSON.parse(cause ?? '') as { errorMessage?: string }).errorMessage ?? cause ?? '';
  } catch {
    return cause ?? '';
  }
}
