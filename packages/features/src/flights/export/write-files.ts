/** The files of the export, each written by one COPY of DuckDB with its order spelled out. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlText } from './flight-records.ts';

/** `(key, select, format)` → the path of the file that now holds what was selected. */
export type WriteFile = (key: string, select: string, format: string) => Promise<string>;

export function createWriter(connection: DuckDBConnection, outDir: string): WriteFile {
  return async (key, select, format) => {
    const path = join(outDir, key);
    mkdirSync(dirname(path), { recursive: true });
    await connection.run(`COPY (${select}) TO ${sqlText(path)} (${format})`);
    return path;
  };
}

/** A kind of file that is written once a day. */
export interface DailyFile {
  readonly prefix: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly orderBy: string;
  /** The format of the first day; the others follow in turn. */
  readonly firstFormat: number;
}

export const DAILY_FILES: readonly DailyFile[] = [
  {
    prefix: 'airport-hours',
    table: 'airport_hours',
    columns: ['airport', 'hour_end', 'departures', 'mean_delay', 'share_late'],
    orderBy: 'hour_end, airport',
    firstFormat: 0,
  },
  {
    prefix: 'route-days',
    table: 'route_days',
    columns: ['origin', 'destination', 'day_end', 'flights', 'mean_delay', 'share_late', 'distance'],
    orderBy: 'origin, destination',
    firstFormat: 1,
  },
];

/** The formats of the days in turn. Real buckets hold names like these, so ours does too. */
const FORMATS = [
  { name: 'part-0.csv', copy: 'FORMAT csv, HEADER' },
  { name: 'part-0.jsonl', copy: 'FORMAT json' },
  { name: 'part 0+1.jsonl.gz', copy: 'FORMAT json, COMPRESSION gzip' },
  { name: 'Zürich export 100%+.parquet', copy: 'FORMAT parquet' },
] as const;

const selectDay = ({ table, columns, orderBy }: DailyFile, day: string) =>
  `SELECT ${columns.join(', ')} FROM ${table} WHERE day = '${day}' ORDER BY ${orderBy}`;

/** The file of one day, the `ordinal`-th of the export. */
export async function writeDay(
  write: WriteFile,
  file: DailyFile,
  day: string,
  ordinal: number,
): Promise<{ path: string; key: string }> {
  const format = FORMATS[(ordinal + file.firstFormat) % FORMATS.length] as (typeof FORMATS)[number];
  const key = `${file.prefix}/dt=${day}/${format.name}`;
  return { key, path: await write(key, selectDay(file, day), format.copy) };
}

/** The same rows once more, as gzip JSON lines under the name of a late delivery. */
export async function writeLateDay(write: WriteFile, file: DailyFile, day: string): Promise<{ path: string; key: string }> {
  const key = `${file.prefix}/late/${day} resent.jsonl.gz`;
  return { key, path: await write(key, selectDay(file, day), 'FORMAT json, COMPRESSION gzip') };
}

/** The airport directory as it was known from the start of `validFrom` on. */
export async function writeAirports(write: WriteFile, validFrom: string): Promise<{ path: string; key: string }> {
  const key = `airports/airports-${validFrom}.csv`;
  const select = `
    SELECT iata, name, city, state, country, latitude, longitude, '${validFrom}T00:00:00Z' AS valid_from
    FROM airports ORDER BY iata`;
  return { key, path: await write(key, select, 'FORMAT csv, HEADER') };
}

/** What a model learns from: every flight, in the order of the records (DuckDB keeps it, see `preserve_insertion_order`). */
export async function writeLabels(write: WriteFile): Promise<{ path: string; key: string }> {
  const key = 'labels/departures.parquet';
  return {
    key,
    path: await write(
      key,
      'SELECT origin, destination, scheduled::TIMESTAMP_MS AS scheduled, late FROM flights',
      'FORMAT parquet',
    ),
  };
}
