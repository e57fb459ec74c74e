import { GetQueryExecutionCommand, GetQueryResultsCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import type { CatalogueEntry } from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from '../stage/connect.ts';
import { waiting } from '../stage/waiting.ts';

const POLL_MS = 250;

/** How many rows of a group's history can be queried by now. */
export async function countOfflineRows(stage: ConnectedStage, { offline }: CatalogueEntry): Promise<number> {
  const rows = await query(stage, `SELECT count(*) AS found FROM "${offline?.database}"."${offline?.table}"`);
  return Number(rows[1]?.[0] ?? 0);
}

async function query(stage: ConnectedStage, QueryString: string): Promise<(string | undefined)[][]> {
  const ResultConfiguration = { OutputLocation: `s3://${stage.names.bucket('work')}/query-results/` };
  const { QueryExecutionId } = await stage.athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
  for (;;) {
    const { QueryExecution } = await stage.athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'FAILED' || State === 'CANCELLED') throw new CommandFailed(`Athena could not run the query: ${StateChangeReason}`);
    if (State === 'SUCCEEDED') break;
    await waiting.sleep(POLL_MS);
  }
  const { ResultSet } = await stage.athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  return (ResultSet?.Rows ?? []).map((row) => (row.Data ?? []).map((cell) => cell.VarCharValue));
}
