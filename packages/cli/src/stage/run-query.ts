import { GetQueryExecutionCommand, GetQueryResultsCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { waiting } from './waiting.ts';

const POLL_MS = 250;

/** The first page of what Athena answers, as text, without the row of column names. @throws CommandFailed */
export async function runQuery(stage: ConnectedStage, QueryString: string): Promise<(string | undefined)[][]> {
  const ResultConfiguration = { OutputLocation: `s3://${stage.names.bucket('work')}/query-results/` };
  const { QueryExecutionId } = await stage.athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
  for (;;) {
    const { QueryExecution } = await stage.athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'FAILED' || State === 'CANCELLED')
      throw new CommandFailed(`Athena could not run the query: ${StateChangeReason}`);
    if (State === 'SUCCEEDED') break;
    await waiting.sleep(POLL_MS);
  }
  const { ResultSet } = await stage.athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  return (ResultSet?.Rows ?? []).slice(1).map((row) => (row.Data ?? []).map((cell) => cell.VarCharValue));
}
