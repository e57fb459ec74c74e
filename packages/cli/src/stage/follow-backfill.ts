import type { BackfillReceipt, BackfillRequest, EndedBackfill } from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { followExecution } from './follow-execution.ts';

/** Starts a backfill under a name and follows it. Answers its receipts. @throws the error it failed with */
export async function runBackfill(
  stage: ConnectedStage,
  id: string,
  request: BackfillRequest,
  entered: (state: string) => void,
): Promise<readonly BackfillReceipt[]> {
  if ((await stage.executions.start('backfill', id, request)) === 'exists')
    throw new CommandFailed(`a backfill ${id} exists already: choose another name`);
  return (await followExecution<EndedBackfill>(stage, 'backfill', id, `backfill ${id}`, entered)).receipts;
}
