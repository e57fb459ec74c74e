/** What a run reads of a history: the event times, the bytes and files of them, and how far they go. */
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { type EventSpan, historyFiles } from '../catalogue/history-files.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS_BACK = 26;
const LAST_MS = Date.UTC(9999, 11, 31, 23);

/** The last hours, enough for what comes once a day, and a day ahead, where clocks that are wrong write to. Whole hours. */
export const windowOf = (scope: 'recent' | 'full', nowMs: number): EventSpan => {
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return scope === 'full' ? { fromMs: undefined, toMs: LAST_MS } : { fromMs: hour - HOURS_BACK * HOUR_MS, toMs: hour + DAY_MS };
};

export interface HistoryFiles {
  readonly bytes: number;
  readonly files: number;
  /** The latest event time of all files, to the second: the service names each file by its own. */
  readonly newestMs: number | undefined;
}

export async function listHistory(objects: ObjectStore, offline: OfflineTable, window: EventSpan): Promise<HistoryFiles> {
  let [bytes, files] = [0, 0];
  let newestMs: number | undefined;
  for await (const { sizeBytes, fromMs, latestMs } of historyFiles(objects, offline, window)) {
    bytes += sizeBytes;
    files++;
    newestMs = Math.max(newestMs ?? fromMs, latestMs ?? fromMs);
  }
  return { bytes, files, newestMs };
}
