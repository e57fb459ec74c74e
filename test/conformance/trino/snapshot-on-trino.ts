import { PART_COLUMN, planSnapshotQuery, printAthena } from '@tidemark/sql';
import { byEntityKey, type ResultRow, type Scenario, type SnapshotCase, snapshotQueryOf } from '@tidemark/testing';
import { type Catalog, runOnTrino } from './trino-client.ts';

/** What Trino answers to the printed plan, with the types of the oracle, in the order of the entity keys. */
export async function snapshotOnTrino(
  url: string,
  schema: string,
  scenario: Scenario,
  asked: SnapshotCase,
  catalog?: Catalog,
): Promise<ResultRow[]> {
  const query = snapshotQueryOf(scenario, schema, asked);
  const bigints = new Set(query.columns.filter(({ type }) => type === 'bigint').map(({ feature }) => feature));
  const columns = [...query.columns.map(({ feature }) => feature), PART_COLUMN].map((name) =>
    bigints.has(name) ? `CAST("${name}" AS varchar) AS "${name}"` : `"${name}"`,
  );
  const rows = await runOnTrino(url, `SELECT ${columns.join(', ')} FROM (\n${printAthena(planSnapshotQuery(query))}\n)`, catalog);
  const typed = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, bigints.has(name) && value !== null ? BigInt(value as string) : value]),
    ),
  );
  return byEntityKey(typed as ResultRow[]);
}
