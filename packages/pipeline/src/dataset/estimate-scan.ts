import { NS_PER, toMs } from '@tidemark/domain';
import type { PlanWindows, PointInTimePlan, TableName } from '@tidemark/sql';
import type { Catalogue, OfflineTable } from '../catalogue/catalogue.ts';
import { historyFiles, sumBytes } from '../catalogue/history-files.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { windowReachMs } from './view-joins.ts';

/** Bytes of the history's files that the plan may read, each join and its windows counted by itself, as the query reads them. */
export async function estimateScanBytes(objects: ObjectStore, plan: PointInTimePlan, catalogue: Catalogue): Promise<number> {
  const inMs = (time: bigint) => toMs(time * NS_PER[plan.unit]);
  let bytes = 0;
  const reads = [
    ...plan.joins.map(({ table, maxAge }) => ({ table, reach: maxAge })),
    ...(plan.windows ?? []).map((one) => ({ table: one.table, reach: reachOf(plan, one) })),
  ];
  for (const { table, reach } of reads) {
    const entry = Object.values(catalogue.groups).find(({ offline }) => offline !== undefined && isOf(offline, table));
    if (entry?.offline === undefined) continue;
    const fromMs = reach === undefined ? undefined : inMs(plan.labels.earliest - reach);
    bytes += await sumBytes(historyFiles(objects, entry.offline, { fromMs, toMs: inMs(plan.labels.latest) + 1 }));
  }
  return bytes;
}

const isOf = (offline: OfflineTable, { name }: TableName): boolean =>
  offline.table === name || (offline.tableFormat !== 'iceberg' && offline.projectedTable === name);

/** How far back the windows reach, in the plan's unit. */
function reachOf({ unit }: PointInTimePlan, { windowed, columns }: PlanWindows): bigint | undefined {
  const reachMs = windowReachMs(
    columns.map(({ feature }) => feature),
    windowed,
  );
  return reachMs === undefined ? undefined : (BigInt(reachMs) * NS_PER.ms) / NS_PER[unit];
}
