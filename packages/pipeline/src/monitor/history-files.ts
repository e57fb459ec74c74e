/** The files of a history, found by listing: how many bytes a query would read, which hours exist, how far it goes. */
import type { OfflineTable } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS_BACK = 26;
const PARTITION = /year=(\d{4})\/month=(\d{2})\/day=(\d{2})\/hour=(\d{2})\/(?:(\d{8})T(\d{6})Z_)?/;

/** Event times that a run looks at, `[fromMs, toMs)`: whole hours in UTC. */
export interface HistoryWindow {
  /** Undefined: from the beginning. */
  readonly fromMs: number | undefined;
  readonly toMs: number;
}

const LAST_MS = Date.UTC(9999, 11, 31, 23);

/** The last hours, enough for what comes once a day, and a day ahead, where clocks that are wrong write to. */
export const windowOf = (scope: 'recent' | 'full', nowMs: number): HistoryWindow => {
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return scope === 'full' ? { fromMs: undefined, toMs: LAST_MS } : { fromMs: hour - HOURS_BACK * HOUR_MS, toMs: hour + DAY_MS };
};

export interface HistoryFiles {
  readonly bytes: number;
  readonly files: number;
  /** The latest event time of all files, to the second: the service names each file by its own. */
  readonly newestMs: number | undefined;
}

export async function listHistory(objects: ObjectStore, offline: OfflineTable, window: HistoryWindow): Promise<HistoryFiles> {
  const { bucket, prefix } = placeOf(offline);
  let [bytes, files] = [0, 0];
  let newestMs: number | undefined;
  for (const part of prefixesOf(window)) {
    for await (const object of objects.list(bucket, `${prefix}/${part}`)) {
      const match = PARTITION.exec(object.key);
      if (match === null) continue;
      const hourMs = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]), Number(match[4]));
      if (hourMs < (window.fromMs ?? Number.NEGATIVE_INFINITY) || hourMs >= window.toMs) continue;
      bytes += object.sizeBytes;
      files++;
      newestMs = Math.max(newestMs ?? hourMs, latestOf(match[5], match[6]) ?? hourMs);
    }
  }
  return { bytes, files, newestMs };
}

/** The files of the hour of a time. */
export async function* hourFiles(
  objects: ObjectStore,
  offline: OfflineTable,
  timeMs: number,
): AsyncGenerator<{ readonly bucket: string; readonly key: string; readonly sizeBytes: number }> {
  const { bucket, prefix } = placeOf(offline);
  for await (const { key, sizeBytes } of objects.list(bucket, `${prefix}/${partitionPath(timeMs)}`))
    yield { bucket, key, sizeBytes };
}

/** `year=2001/month=01/day=31/hour=09/` */
export function partitionPath(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  return `${dayPath(iso)}hour=${iso.slice(11, 13)}/`;
}

const dayPath = (iso: string) => `year=${iso.slice(0, 4)}/month=${iso.slice(5, 7)}/day=${iso.slice(8, 10)}/`;

function prefixesOf({ fromMs, toMs }: HistoryWindow): string[] {
  if (fromMs === undefined) return [''];
  const days: string[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day < toMs; day += DAY_MS) days.push(dayPath(new Date(day).toISOString()));
  return days;
}

function latestOf(date: string | undefined, time: string | undefined): number | undefined {
  if (date === undefined || time === undefined) return undefined;
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)];
  return Date.parse(`${year}-${month}-${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}Z`);
}

function placeOf({ location }: OfflineTable): { bucket: string; prefix: string } {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  return { bucket, prefix };
}
