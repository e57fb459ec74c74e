import { NS_PER, toMs } from '@tidemark/domain';
import type { PlanWindows, PointInTimePlan } from '@tidemark/sql';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { windowReachMs } from './view-joins.ts';

const HOUR_MS = 3_600_000;
const PARTITION = /year=(\d{4})\/month=(\d{2})\/day=(\d{2})\/hour=(\d{2})\//;

/** Bytes of the history's files in the hours that the plan may read, each join and its windows counted by itself, as the query reads them. */
export async function estimateScanBytes(objects: ObjectStore, plan: PointInTimePlan, catalogue: Catalogue): Promise<number> {
  const inMs = (time: bigint) => toMs(time * NS_PER[plan.unit]);
  let bytes = 0;
  const reads = [
    ...plan.joins.map(({ table, maxAge }) => ({ table, reach: maxAge })),
    ...(plan.windows ?? []).map((one) => ({ table: one.table, reach: reachOf(plan, one) })),
  ];
  for (const { table, reach } of reads) {
    const entry = Object.values(catalogue.groups).find(
      ({ offline }) => offline?.projectedTable === table.name || offline?.table === table.name,
    );
    if (entry?.offline === undefined) continue;
    const fromMs = reach === undefined ? Number.NEGATIVE_INFINITY : inMs(plan.labels.earliest - reach) - HOUR_MS;
    const toMsIncluded = inMs(plan.labels.latest);
    bytes += await historyBytes(objects, entry.offline.location, fromMs, toMsIncluded);
  }
  return bytes;
}

/** Bytes of the files of a history, `s3://…/data`, in the hours that begin from `fromMs` to `toMsIncluded`. */
export async function historyBytes(
  objects: ObjectStore,
  location: string,
  fromMs: number,
  toMsIncluded: number,
): Promise<number> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (bucket === undefined) return 0;
  let bytes = 0;
  for await (const { key, sizeBytes } of objects.list(bucket, `${prefix}/`)) {
    const hourMs = hourOf(key);
    if (hourMs === undefined || (hourMs >= fromMs && hourMs <= toMsIncluded)) bytes += sizeBytes;
  }
  return bytes;
}

/** How far back the windows reach, in the plan's unit. */
function reachOf({ unit }: PointInTimePlan, { windowed, columns }: PlanWindows): bigint | undefined {
  const reachMs = windowReachMs(
    columns.map(({ feature }) => feature),
    windowed,
  );
  return reachMs === undefined ? undefined : (BigInt(reachMs) * NS_PER.ms) / NS_PER[unit];
}

function hourOf(key: string): number | undefined {
  const match = PARTITION.exec(key);
  if (match === null) return undefined;
  const [year, month, day, hour] = match.slice(1).map(Number) as [number, number, number, number];
  return Date.UTC(year, month - 1, day, hour);
}
