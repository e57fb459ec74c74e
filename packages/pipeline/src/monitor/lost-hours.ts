/**
 * Hours of event time whose files are gone from the history, by two kinds of evidence.
 *
 * Receipts: each accepted row was written to the history at least once, so an hour with fewer rows than its receipts add up to has
 * lost some, whatever the online store holds by now. Witnesses, where nothing left a receipt: several entities are
 * online with event times of an hour of which there is no file at all.
 */
import { toMs } from '@tidemark/domain';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { openParquet } from '../files/parquet-file.ts';
import { hourStartMs } from '../ingest/event-hours.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { loadReceipts } from '../ingest/load-receipts.ts';
import { randomAccess } from '../ingest/random-access.ts';
import { dateOf } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { hourFiles, partitionPath } from './history-files.ts';

/** A single entity may have been written to the online store alone. */
const FEWEST_WITNESSES = 2;
const RECEIPT_DAYS = 3;
const MOST_HOURS = 200;
const DAY_MS = 86_400_000;

/** Of the newest hours that receipts of the last days tell of: those whose history has fewer rows than were accepted. */
export async function hoursBehindReceipts(
  { objects, ledger }: { readonly objects: ObjectStore; readonly ledger: string },
  { group, offline }: { readonly group: string; readonly offline: OfflineTable },
  settledAtMs: number,
): Promise<number[]> {
  const dates = Array.from({ length: RECEIPT_DAYS }, (_, back) => dateOf(settledAtMs - back * DAY_MS));
  const receipts = (await loadReceipts(objects, ledger, dates)).filter((one) => one.group === group);
  const lost: number[] = [];
  for (const [hour, accepted] of acceptedByHour(receipts, settledAtMs)) {
    const timeMs = hourStartMs(hour);
    if ((await countRows(objects, offline, timeMs)) < accepted) lost.push(timeMs);
  }
  return lost;
}

function acceptedByHour(receipts: readonly Receipt[], settledAtMs: number): [string, number][] {
  const hours = new Map<string, number>();
  for (const { sealedAt, hours: own = {} } of receipts) {
    if (Date.parse(sealedAt) > settledAtMs) continue;
    for (const [hour, rows] of Object.entries(own)) hours.set(hour, (hours.get(hour) ?? 0) + rows);
  }
  return [...hours].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, MOST_HOURS);
}

async function countRows(objects: ObjectStore, offline: OfflineTable, timeMs: number): Promise<number> {
  let rows = 0;
  for await (const { bucket, key, sizeBytes } of hourFiles(objects, offline, timeMs)) {
    const { groupRows } = await openParquet(randomAccess(objects, { bucket, key }, sizeBytes));
    rows += groupRows.reduce((sum, one) => sum + one, 0);
  }
  return rows;
}

/** Whether the hour of an online record that the history does not know is lost. */
export async function findLostHours(
  objects: ObjectStore,
  offline: OfflineTable,
  unknownTimesMs: readonly number[],
  behindReceiptsMs: readonly number[],
): Promise<(timeNs: bigint) => boolean> {
  const lost = new Set(behindReceiptsMs.map(partitionPath));
  for (const [hour, times] of Map.groupBy(unknownTimesMs, partitionPath)) {
    const [timeMs] = times;
    if (timeMs === undefined || times.length < FEWEST_WITNESSES || lost.has(hour)) continue;
    const { done } = await hourFiles(objects, offline, timeMs).next();
    if (done === true) lost.add(hour);
  }
  return (timeNs) => lost.has(partitionPath(toMs(timeNs)));
}
