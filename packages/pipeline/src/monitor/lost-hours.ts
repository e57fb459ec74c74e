/**
 * Partitions of event time whose files are gone from the history, by two kinds of evidence: hours in Glue format, days in Iceberg's.
 *
 * Receipts: each accepted row was written to the history at least once, so a partition with fewer rows than its receipts add up to
 * has lost some, whatever the online store holds by now. Witnesses, where nothing left a receipt: several entities are
 * online with event times of a partition of which there is no file at all.
 */
import { toMs } from '@tidemark/domain';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { type HistoryFile, historyFiles, partitionStartMs } from '../catalogue/history-files.ts';
import { openParquet } from '../files/parquet-file.ts';
import { hourStartMs } from '../ingest/event-hours.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { loadReceipts } from '../ingest/load-receipts.ts';
import { randomAccess } from '../ingest/random-access.ts';
import { dateOf } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A single entity may have been written to the online store alone. */
const FEWEST_WITNESSES = 2;
const RECEIPT_DAYS = 3;
const MOST_HOURS = 200;
const DAY_MS = 86_400_000;

/** Of the newest hours that receipts of the last days tell of: the partitions whose history has fewer rows than were accepted. */
export async function hoursBehindReceipts(
  { objects, ledger }: { readonly objects: ObjectStore; readonly ledger: string },
  { group, offline }: { readonly group: string; readonly offline: OfflineTable },
  settledAtMs: number,
): Promise<number[]> {
  const dates = Array.from({ length: RECEIPT_DAYS }, (_, back) => dateOf(settledAtMs - back * DAY_MS));
  const receipts = (await loadReceipts(objects, ledger, dates)).filter((one) => one.group === group);
  const lost: number[] = [];
  const accepted = new Map<number, number>();
  for (const [hour, rows] of acceptedByHour(receipts, settledAtMs)) {
    const startMs = partitionStartMs(offline, hourStartMs(hour));
    accepted.set(startMs, (accepted.get(startMs) ?? 0) + rows);
  }
  const files = await filesOf(objects, offline, [...accepted.keys()]);
  for (const [startMs, rows] of accepted) {
    if ((await countRows(objects, files.get(startMs) ?? [])) < rows) lost.push(startMs);
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

/** The files of each partition, by where it begins. */
async function filesOf(
  objects: ObjectStore,
  offline: OfflineTable,
  startsMs: readonly number[],
): Promise<ReadonlyMap<number, readonly HistoryFile[]>> {
  if (startsMs.length === 0) return new Map();
  const spans =
    offline.tableFormat === 'iceberg'
      ? [{ fromMs: Math.min(...startsMs), toMs: Math.max(...startsMs) + 1 }]
      : startsMs.map((fromMs) => ({ fromMs, toMs: fromMs + 1 }));
  const files: HistoryFile[] = [];
  for (const span of spans) for await (const file of historyFiles(objects, offline, span)) files.push(file);
  return Map.groupBy(files, ({ fromMs }) => fromMs);
}

async function countRows(objects: ObjectStore, files: readonly HistoryFile[]): Promise<number> {
  let rows = 0;
  for (const { bucket, key, sizeBytes } of files) {
    const { groupRows } = await openParquet(randomAccess(objects, { bucket, key }, sizeBytes));
    rows += groupRows.reduce((sum, one) => sum + one, 0);
  }
  return rows;
}

/** Whether the partition of an online record that the history does not know is lost. */
export async function findLostHours(
  objects: ObjectStore,
  offline: OfflineTable,
  unknownTimesMs: readonly number[],
  behindReceiptsMs: readonly number[],
): Promise<(timeNs: bigint) => boolean> {
  const startOf = (timeMs: number) => partitionStartMs(offline, timeMs);
  const lost = new Set(behindReceiptsMs.map(startOf));
  const witnessed = [...Map.groupBy(unknownTimesMs, startOf)].filter(([, times]) => times.length >= FEWEST_WITNESSES);
  const unexplained = witnessed.map(([startMs]) => startMs).filter((startMs) => !lost.has(startMs));
  const files = await filesOf(objects, offline, unexplained);
  for (const startMs of unexplained) if (!files.has(startMs)) lost.add(startMs);
  return (timeNs) => lost.has(startOf(toMs(timeNs)));
}
