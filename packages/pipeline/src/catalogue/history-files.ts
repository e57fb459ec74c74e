/**
 * The files of a history, found by listing, and the partition of event time that each lies in: an hour in Glue format, a day in
 * Iceberg's, whose folders begin with random characters, so that all of them have to be listed.
 *
 * Once rows of an Iceberg table were deleted or its files compacted, files stay that it does not name any more, until it is
 * vacuumed: what is added up here is then more than a query reads.
 */
import { EVENT_TIME_FEATURE } from '@tidemark/domain';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OfflineTable } from './catalogue.ts';

export interface HistoryFile {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the event times in it, `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The latest of them to the second, by which the service names the file. */
  readonly latestMs: number | undefined;
}

/** Event times, `[fromMs, toMs)`; undefined: from the beginning. */
export interface EventSpan {
  readonly fromMs: number | undefined;
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Beyond, one listing of everything takes fewer calls than one a day. */
const MOST_DAYS = 31;
const FOLDER = new RegExp(
  `/(?:year=(\\d{4})/month=(\\d{2})/day=(\\d{2})/hour=(\\d{2})|${EVENT_TIME_FEATURE}_trunc=(\\d{4})-(\\d{2})-(\\d{2}))/`,
);
const NAME = /\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z_[^/]*$/;

/** The files that may hold event times of the span. */
export async function* historyFiles(
  objects: ObjectStore,
  offline: OfflineTable,
  span: EventSpan,
): AsyncGenerator<HistoryFile, void, undefined> {
  const { bucket, prefix } = placeOf(offline);
  for (const folder of foldersOf(offline, span)) {
    for await (const { key, sizeBytes } of objects.list(bucket, `${prefix}/${folder}`)) {
      const times = timesOf(key);
      if (times === undefined || times.toMs <= (span.fromMs ?? Number.NEGATIVE_INFINITY) || times.fromMs >= span.toMs) continue;
      yield { bucket, key, sizeBytes, ...times };
    }
  }
}

export async function sumBytes(files: AsyncIterable<HistoryFile>): Promise<number> {
  let bytes = 0;
  for await (const { sizeBytes } of files) bytes += sizeBytes;
  return bytes;
}

/** Where the partition of an event time begins. */
export const partitionStartMs = ({ tableFormat }: OfflineTable, timeMs: number): number =>
  tableFormat === 'iceberg' ? Math.floor(timeMs / DAY_MS) * DAY_MS : Math.floor(timeMs / HOUR_MS) * HOUR_MS;

/** `year=2001/month=01/day=31/hour=09/`: where the Glue format keeps the hour of a time. */
export function hourFolder(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  return `${dayFolder(iso)}hour=${iso.slice(11, 13)}/`;
}

const dayFolder = (iso: string) => `year=${iso.slice(0, 4)}/month=${iso.slice(5, 7)}/day=${iso.slice(8, 10)}/`;

/** Where the files of a time's partition lie; in Iceberg format the first folder is a different one for every file. */
export function partitionFolder({ location, tableFormat }: OfflineTable, timeMs: number): string {
  if (tableFormat !== 'iceberg') return `${location}/${hourFolder(timeMs)}`;
  return `${location}/*/${EVENT_TIME_FEATURE}_trunc=${new Date(timeMs).toISOString().slice(0, 10)}/`;
}

/** What to list: an hour, some days, or everything. */
function foldersOf({ tableFormat }: OfflineTable, { fromMs, toMs }: EventSpan): string[] {
  if (fromMs === undefined || tableFormat === 'iceberg' || toMs - fromMs > MOST_DAYS * DAY_MS) return [''];
  if (Math.floor(fromMs / HOUR_MS) === Math.floor((toMs - 1) / HOUR_MS)) return [hourFolder(fromMs)];
  const days: string[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day < toMs; day += DAY_MS)
    days.push(dayFolder(new Date(day).toISOString()));
  return days;
}

function timesOf(key: string): Pick<HistoryFile, 'fromMs' | 'toMs' | 'latestMs'> | undefined {
  const folder = FOLDER.exec(key);
  if (folder === null) return undefined;
  const [, year, month, day, hour, ...date] = folder;
  const fromMs =
    hour === undefined
      ? Date.UTC(Number(date[0]), Number(date[1]) - 1, Number(date[2]))
      : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
  const name = NAME.exec(key);
  return {
    fromMs,
    toMs: fromMs + (hour === undefined ? DAY_MS : HOUR_MS),
    latestMs: name === null ? undefined : Date.parse(`${name.slice(1, 4).join('-')}T${name.slice(4).join(':')}Z`),
  };
}

function placeOf({ location }: OfflineTable): { bucket: string; prefix: string } {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  return { bucket, prefix };
}
