import type { CatalogueEntry } from '@tidemark/pipeline';
import type { ConnectedStage } from '../stage/connect.ts';
import { runQuery } from '../stage/run-query.ts';

/** How many rows of a group's history can be queried by now. */
export async function countOfflineRows(stage: ConnectedStage, { offline }: CatalogueEntry): Promise<number> {
  const rows = await runQuery(stage, `SELECT count(*) AS found FROM "${offline?.database}"."${offline?.table}"`);
  return Number(rows[0]?.[0] ?? 0);
}
