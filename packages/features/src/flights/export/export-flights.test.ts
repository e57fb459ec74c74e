import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_DAYS } from './calendar.ts';
import { exportFlights, type FlightsExport } from './export-flights.ts';
import { openFlightRecords, sqlText } from './flight-records.ts';

let folder: string;
let week: FlightsExport;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flights-'));
  week = await exportFlights({ outDir: join(folder, 'week'), anchor: '2001-01-01', days: 7, plant: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const query = async (sql: string) => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
const textOf = (path: string) => {
  const stored = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(stored) : stored).toString('latin1');
};
const goodRows = (prefix: string, { files }: FlightsExport) =>
  files.filter(({ key }) => key.startsWith(prefix)).reduce((sum, { rows, planted }) => sum + rows - planted, 0);
const hashes = ({ files, labels }: FlightsExport) =>
  [...files, labels].map(({ key, path }) => [key, createHash('sha256').update(readFileSync(path)).digest('hex')]);

describe('the first week', () => {
  it('has as many rows as the flights make', () => {
    expect(goodRows('airports/', week)).toBe(3_376);
    expect(goodRows('airport-hours/', week)).toBe(16_391);
    expect(goodRows('route-days/', week)).toBe(22_265);
    expect(week.labels.rows).toBe(113_493);
    expect(week.lastDay).toBe('2001-01-07');
  });

  it('holds in each text file the rows that it says', () => {
    for (const { path, key, rows, refusal } of week.files) {
      if (key.endsWith('.parquet') || refusal !== undefined) continue;
      const lines = textOf(path).split('\n').length - 1;
      expect([key, lines - (key.endsWith('.csv') ? 1 : 0)]).toEqual([key, rows]);
    }
  });

  it('names its objects as real exports do', () => {
    const keys = week.files.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('airport-hours/dt=2001-01-04/Zürich export 100%+.parquet');
    expect(keys.filter((key) => key.startsWith('airport-hours/dt=')).map((key) => key.slice(key.indexOf('.')))).toEqual([
      '.csv',
      '.jsonl',
      '.jsonl.gz',
      '.parquet',
      '.csv',
      '.jsonl',
      '.jsonl.gz',
    ]);
  });

  it('is written byte for byte the same again', async () => {
    const again = await exportFlights({ outDir: join(folder, 'again'), anchor: '2001-01-01', days: 7, plant: true });
    expect(hashes(again)).toEqual(hashes(week));
    expect(again.planted).toEqual(week.planted);
  });

  it('agrees with sums over the flights themselves', async () => {
    const parquet = (prefix: string) =>
      sqlText(week.files.find(({ key }) => key.startsWith(prefix) && key.endsWith('.parquet'))?.path ?? '');
    const { connection, close } = await openFlightRecords('2001-01-01', 7);
    const flights = async (day: string) =>
      (
        await connection.runAndReadAll(`SELECT count(*), sum(delay)::INTEGER FROM flights WHERE scheduled::DATE = DATE '${day}'`)
      ).getRowsJson();
    const hours = await query(
      `SELECT sum(departures), round(sum(departures * mean_delay))::INTEGER, min(hour_end), max(hour_end) FROM ${parquet('airport-hours/')}`,
    );
    const routes = await query(`SELECT sum(flights), min(day_end), max(day_end) FROM ${parquet('route-days/')}`);
    const [thursday, wednesday] = [await flights('2001-01-04'), await flights('2001-01-03')];
    close();
    expect(hours[0]?.slice(2)).toEqual(['2001-01-04T01:00:00Z', '2001-01-05T00:00:00Z']);
    expect(Number(hours[0]?.[0])).toBe(Number(thursday[0]?.[0]));
    // Means are rounded to hundredths of a minute, a day has some 17,000 flights.
    expect(Math.abs(Number(hours[0]?.[1]) - Number(thursday[0]?.[1]))).toBeLessThan(90);
    expect(routes).toEqual([[wednesday[0]?.[0], '2001-01-04T00:00:00Z', '2001-01-04T00:00:00Z']]);
  });
});

describe('all days', () => {
  it('are 182, with 424,259 airport hours and 570,842 route days', async () => {
    const records = await openFlightRecords('2001-01-01', ALL_DAYS);
    const counts = [await records.count('airport_hours'), await records.count('route_days'), await records.count('flights')];
    const days = await records.countByDay('airport_hours');
    records.close();
    expect(counts).toEqual([424_259, 570_842, 3_000_000]);
    expect([days.size, days.get('2001-07-01')]).toEqual([182, 3]);
  });
});

describe('the labels', () => {
  it('are the flights in the order of the records', async () => {
    const records = join(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')).pathname);
    const differing = await query(`
      SELECT count(*) FROM
        (SELECT file_row_number AS row, * FROM read_parquet(${sqlText(week.labels.path)}, file_row_number = true)) label
        FULL JOIN
        (SELECT file_row_number AS row, * FROM read_parquet(${sqlText(records)}, file_row_number = true) WHERE date < '2001-01-08') flight
        USING (row)
      WHERE (label.origin, label.destination, label.scheduled, label.late)
        IS DISTINCT FROM (flight.origin, flight.destination, flight.date, flight.delay >= 15)`);
    expect(differing).toEqual([['0']]);
  });
});

describe('the anchor', () => {
  it('moves files, event times and labels together', async () => {
    const moved = await exportFlights({ outDir: join(folder, 'moved'), anchor: '2026-01-05', days: 1, plant: false });
    expect(moved.files.map(({ key }) => key)).toEqual([
      'airports/airports-2026-01-04.csv',
      'airport-hours/dt=2026-01-05/part-0.csv',
      'route-days/dt=2026-01-05/part-0.jsonl',
    ]);
    const [airports, hours, routes] = moved.files.map(({ path }) => textOf(path));
    expect(airports).toContain(
      '\nATL,William B Hartsfield-Atlanta Intl,Atlanta,GA,USA,33.64044444,-84.42694444,2026-01-04T00:00:00Z\n',
    );
    expect(airports).toContain('\nDBN,"W. H. ""Bud"" Barron",Dublin,');
    expect(hours?.split('\n')[1]).toMatch(/^[A-Z]{3},2026-01-05T01:00:00Z,\d+,-?[\d.]+,[\d.]+$/);
    expect(hours).toContain(',2026-01-06T00:00:00Z,');
    expect(routes).not.toContain('2001');
    expect(JSON.parse(routes?.split('\n')[0] ?? '')).toMatchObject({ day_end: '2026-01-06T00:00:00Z' });
    expect(await query(`SELECT min(scheduled)::VARCHAR, max(scheduled)::VARCHAR FROM ${sqlText(moved.labels.path)}`)).toEqual([
      ['2026-01-05 00:01:00', '2026-01-05 23:59:00'],
    ]);
    expect(moved.planted).toEqual([]);
  });

  it('and the number of days are refused where they make no sense', async () => {
    const options = { outDir: join(folder, 'no'), anchor: '2001-01-01', plant: false };
    for (const days of [0, 183, 1.5]) await expect(exportFlights({ ...options, days })).rejects.toThrow('days must be 1 to 182');
    await expect(exportFlights({ ...options, days: 1, anchor: 'monday' })).rejects.toThrow('anchor');
  });
});

describe('what is planted', () => {
  it('is 5 rows of each of 8 kinds, in the middle of files of both prefixes and every text format', () => {
    const counts = Object.groupBy(week.planted, ({ kind }) => kind);
    expect(Object.values(counts).map((rows) => rows?.length)).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    const kindsOfFile = new Set(week.planted.map(({ key }) => key.replace(/dt=[^/]*/, '')));
    expect(kindsOfFile).toEqual(
      new Set([
        'airport-hours//part-0.csv',
        'airport-hours//part-0.jsonl',
        'airport-hours//part 0+1.jsonl.gz',
        'route-days//part-0.csv',
        'route-days//part-0.jsonl',
        'route-days//part 0+1.jsonl.gz',
      ]),
    );
    for (const { key, line } of week.planted) {
      const lines = textOf(week.files.find((file) => file.key === key)?.path ?? '').split('\n').length - 1;
      expect(line > lines * 0.1 && line < lines * 0.9).toBe(true);
    }
  });

  it('lies where the export says that it does', () => {
    const marks: Readonly<Record<string, RegExp>> = {
      'wrong-type': /many/,
      nan: /NaN/,
      'unknown-column': /B12/,
      undecodable: /Z\u00fcrich/,
      'malformed-event-time': /2001-01-\d\d \d\d:00:00/,
    };
    for (const { key, line, kind } of week.planted) {
      const text = textOf(week.files.find((file) => file.key === key)?.path ?? '').split('\n')[line - 1] ?? '';
      expect(text).toMatch(marks[kind] ?? /./);
      if (kind === 'too-few-columns') expect(text.split(',').length).toBe(key.startsWith('airport') ? 4 : 6);
    }
  });

  it('fits into a single day as well', async () => {
    const day = await exportFlights({ outDir: join(folder, 'day'), anchor: '2001-01-01', days: 1, plant: true });
    expect(day.planted).toHaveLength(40);
    expect(new Set(day.planted.map(({ key, line }) => `${key}:${line}`)).size).toBe(40);
  });
});
