/** The raw material: three million flights and the airport directory of the npm package vega-datasets, as DuckDB sees them. */
import { fileURLToPath } from 'node:url';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { addDays, daysBetween, FIRST_DAY } from './calendar.ts';

/** Three million flights of the first half of 2001. */
export const FLIGHTS = dataFile('flights-3m.parquet');
const AIRPORTS = dataFile('airports.csv');

/** The package exports nothing but its main module, `build/index.js`, beside whose folder the data lie. */
function dataFile(name: string): string {
  return fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));
}

/** A text literal of SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export interface FlightRecords {
  readonly connection: DuckDBConnection;
  readonly count: (table: string) => Promise<number>;
  readonly countByDay: (table: string) => Promise<ReadonlyMap<string, number>>;
  readonly close: () => void;
}

/**
 * An in-memory database with the views `airports` and `flights` (the first `days` days, in the order of the file, moved
 * to the anchor), and the tables `airport_hours` and `route_days` derived from the flights.
 */
export async function openFlightRecords(anchor: string, days: number): Promise<FlightRecords> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', preserve_insertion_order: 'true' });
  const connection = await instance.connect();
  await connection.run(`CREATE VIEW airports AS FROM read_csv(${sqlText(AIRPORTS)}, header = true, all_varchar = true)`);
  await connection.run(`
    CREATE VIEW flights AS
    SELECT origin, destination, date + INTERVAL (${daysBetween(FIRST_DAY, anchor)}) DAY AS scheduled, delay, delay >= 15 AS late, distance
    FROM read_parquet(${sqlText(FLIGHTS)})
    WHERE date < TIMESTAMP '${addDays(FIRST_DAY, days)}'`);
  // Sums of integers are exact in any order and the rounding is fixed, so every run writes the same bytes.
  await connection.run(`
    CREATE TABLE airport_hours AS
    SELECT
      scheduled::DATE::VARCHAR AS day,
      origin AS airport,
      strftime(date_trunc('hour', scheduled) + INTERVAL 1 HOUR, '%Y-%m-%dT%H:%M:%SZ') AS hour_end,
      count(*) AS departures,
      round(sum(delay) / count(*), 2) AS mean_delay,
      round(count(*) FILTER (late) / count(*), 4) AS share_late
    FROM flights GROUP BY ALL`);
  await connection.run(`
    CREATE TABLE route_days AS
    SELECT
      scheduled::DATE::VARCHAR AS day,
      origin,
      destination,
      strftime(scheduled::DATE + INTERVAL 1 DAY, '%Y-%m-%dT%H:%M:%SZ') AS day_end,
      count(*) AS flights,
      round(sum(delay) / count(*), 2) AS mean_delay,
      round(count(*) FILTER (late) / count(*), 4) AS share_late,
      any_value(distance) AS distance
    FROM flights GROUP BY ALL`);
  const rowsOf = async (select: string) => (await connection.runAndReadAll(select)).getRows();
  return {
    connection,
    count: async (table) => Number((await rowsOf(`SELECT count(*) FROM ${table}`))[0]?.[0]),
    countByDay: async (table) =>
      new Map(
        (await rowsOf(`SELECT day, count(*) FROM ${table} GROUP BY day`)).map(([day, rows]) => [String(day), Number(rows)]),
      ),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
