/**
 * Damages the export as real exports are damaged, and keeps book: 5 rows of each of 8 kinds in the text files of the
 * first week, a gzip file that was cut off, and an empty file. No choice is random.
 *
 * A bad row is a copy of the good row before it with one thing wrong, so that whoever takes it overwrites something. It
 * stands in the middle of its file, so that whoever stops at it loses something.
 */
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export type BadRowKind =
  | 'wrong-type'
  | 'missing-key'
  | 'missing-event-time'
  | 'malformed-event-time'
  | 'nan'
  | 'too-few-columns'
  | 'unknown-column'
  | 'undecodable';

export interface PlantedRow {
  /** Object key of the file. */
  readonly key: string;
  /** 1-based line of the decompressed file. */
  readonly line: number;
  readonly kind: BadRowKind;
  /** The code under which the row must be refused, and the field that the refusal must name. */
  readonly code: string;
  readonly field: string | undefined;
}

type Row = Readonly<Record<string, string | number | undefined>>;
type TextFormat = 'csv' | 'jsonl';

/** Which column of a file plays which part. */
interface Columns {
  readonly key: string;
  readonly time: string;
  readonly count: string;
  readonly last: string;
}
const COLUMNS: Readonly<Record<string, Columns>> = {
  'airport-hours': { key: 'airport', time: 'hour_end', count: 'departures', last: 'share_late' },
  'route-days': { key: 'destination', time: 'day_end', count: 'flights', last: 'distance' },
};

interface BadRow {
  readonly kind: BadRowKind;
  readonly code: string;
  /** Absent: both. */
  readonly only?: TextFormat;
  readonly field: (columns: Columns, format: TextFormat) => string | undefined;
  /** A column set to undefined is empty in CSV and absent in JSON; one that is deleted is absent in both. */
  readonly spoil: (row: Row, columns: Columns) => Row;
}

const BAD_ROWS: readonly BadRow[] = [
  {
    kind: 'wrong-type',
    code: 'ROW_WRONG_TYPE',
    field: ({ count }) => count,
    spoil: (row, { count }) => ({ ...row, [count]: 'many' }),
  },
  {
    kind: 'missing-key',
    code: 'ROW_KEY_MISSING',
    field: ({ key }) => key,
    spoil: (row, { key }) => ({ ...row, [key]: undefined }),
  },
  {
    kind: 'missing-event-time',
    code: 'ROW_EVENT_TIME_MISSING',
    field: () => 'eventTime',
    spoil: (row, { time }) => ({ ...row, [time]: undefined }),
  },
  {
    kind: 'malformed-event-time',
    code: 'ROW_EVENT_TIME_MALFORMED',
    field: () => 'eventTime',
    spoil: (row, { time }) => ({ ...row, [time]: String(row[time]).replace('T', ' ').replace('Z', '') }),
  },
  { kind: 'nan', code: 'ROW_NOT_A_NUMBER', field: () => 'mean_delay', spoil: (row) => ({ ...row, mean_delay: Number.NaN }) },
  {
    kind: 'too-few-columns',
    code: 'ROW_TOO_FEW_COLUMNS',
    only: 'csv',
    field: ({ last }) => last,
    spoil: (row, { last }) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== last)),
  },
  {
    kind: 'unknown-column',
    code: 'ROW_UNKNOWN_COLUMN',
    // In CSV a field beyond the header has no name.
    field: (_, format) => (format === 'jsonl' ? 'gate' : undefined),
    spoil: (row) => ({ ...row, gate: 'B12' }),
  },
  // Printed as Latin-1, in which the ü is no UTF-8.
  {
    kind: 'undecodable',
    code: 'ROW_UNDECODABLE',
    field: () => undefined,
    spoil: (row, { key }) => ({ ...row, [key]: 'Zürich' }),
  },
];
const OF_EACH_KIND = 5;

/** Plants the bad rows in the text files of the first week among `files`, and says where. */
export function plantBadRows(
  files: readonly { readonly path: string; readonly key: string }[],
  firstWeek: readonly string[],
): PlantedRow[] {
  const week = files.filter(
    ({ key }) =>
      columnsOf(key) !== undefined && formatOf(key) !== undefined && firstWeek.some((day) => key.includes(`dt=${day}`)),
  );
  const planted = new Map<string, BadRow[]>(week.map(({ key }) => [key, []]));
  let turn = 0;
  for (let count = 0; count < OF_EACH_KIND; count++) {
    for (const bad of BAD_ROWS) {
      const fitting = week.filter(({ key }) => bad.only === undefined || bad.only === formatOf(key));
      const file = fitting[turn++ % fitting.length];
      if (file !== undefined) planted.get(file.key)?.push(bad);
    }
  }
  return week.flatMap((file) => plantIn(file, planted.get(file.key) ?? []));
}

function plantIn({ path, key }: { readonly path: string; readonly key: string }, badRows: readonly BadRow[]): PlantedRow[] {
  const format = formatOf(key) as TextFormat;
  const columns = columnsOf(key) as Columns;
  const stored = readFileSync(path);
  const lines = (key.endsWith('.gz') ? gunzipSync(stored) : stored).toString('utf8').trimEnd().split('\n');
  const header = format === 'csv' ? (lines.shift() as string).split(',') : [];
  const step = lines.length / (badRows.length + 1);

  const written: Buffer[] = header.length === 0 ? [] : [Buffer.from(header.join(','))];
  const planted: PlantedRow[] = [];
  let next = 0;
  lines.forEach((line, at) => {
    written.push(Buffer.from(line));
    for (; next < badRows.length && at + 1 >= Math.floor(step * (next + 1)); next++) {
      const { kind, code, field, spoil } = badRows[next] as BadRow;
      written.push(printRow(spoil(parseRow(line, header), columns), format));
      planted.push({ key, line: written.length, kind, code, field: field(columns, format) });
    }
  });
  const text = Buffer.concat(written.flatMap((line) => [line, Buffer.from('\n')]));
  writeFileSync(path, key.endsWith('.gz') ? gzipSync(text) : text);
  return planted;
}

/** Cuts a gzip file off in the middle. */
export const cutOff = (path: string): void => truncateSync(path, Math.floor(statSync(path).size * 0.6));

/** An export that failed before its first byte. */
export function writeEmptyFile(outDir: string, key: string): { path: string; key: string } {
  const path = join(outDir, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return { path, key };
}

const columnsOf = (key: string): Columns | undefined => COLUMNS[key.split('/')[0] as string];
const formatOf = (key: string): TextFormat | undefined =>
  /\.csv$/.test(key) ? 'csv' : /\.jsonl(\.gz)?$/.test(key) ? 'jsonl' : undefined;

/** One good line. No value of these files needs quotes. */
const parseRow = (line: string, header: readonly string[]): Row =>
  header.length === 0 ? JSON.parse(line) : Object.fromEntries(line.split(',').map((value, at) => [header[at], value]));

function printRow(row: Row, format: TextFormat): Buffer {
  const values = Object.entries(row);
  const line =
    format === 'csv'
      ? values.map(([, value]) => value ?? '').join(',')
      : // NaN bare, as Python's json module writes it and JSON.stringify would not.
        `{${values.flatMap(([name, value]) => (value === undefined ? [] : [`"${name}":${typeof value === 'number' ? value : JSON.stringify(value)}`])).join(',')}}`;
  return Buffer.from(line, 'latin1');
}
