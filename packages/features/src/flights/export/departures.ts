/**
 * Plays the airports' departure boards: the flights of one day as the events of the stream `departures`, with the day's clock
 * moved, so that a real day can happen now, and as fast as one likes.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { addDays } from './calendar.ts';
import { FLIGHTS, sqlText } from './flight-records.ts';

/** A flight of the day, before it is played. */
export interface Departure {
  /** Its row in the flights: what tells flights apart that agree in everything. */
  readonly row: number;
  readonly airport: string;
  readonly destination: string;
  /** Milliseconds since the day's midnight, UTC. */
  readonly atMs: number;
  /** Whole minutes, negative when early. */
  readonly delay: number;
}

/** An event of the stream `departures`, as its producer writes it. */
export interface DepartureEvent {
  readonly id: string;
  readonly airport: string;
  readonly destination: string;
  /** ISO-8601, UTC, with milliseconds. */
  readonly scheduled: string;
  readonly delay: number;
}

/** The flights of a day of the data (`2001-01-03`), by time and row; none for another day. */
export async function departuresOf(day: string): Promise<Departure[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(`
      SELECT file_row_number::INTEGER AS "row", origin AS airport, destination,
        date_diff('millisecond', TIMESTAMP ${sqlText(day)}, date)::INTEGER AS "atMs", delay::INTEGER AS delay
      FROM read_parquet(${sqlText(FLIGHTS)}, file_row_number = true)
      WHERE date >= TIMESTAMP ${sqlText(day)} AND date < TIMESTAMP ${sqlText(addDays(day, 1))}
      ORDER BY date, file_row_number`);
    return reader.getRowObjectsJS() as unknown as Departure[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** When a day is played: its first departure at `startMs`, then `speed` times as fast as it was. */
export interface PlayedDay {
  readonly startMs: number;
  readonly speed: number;
  /** `atMs` of the first departure. */
  readonly firstMs: number;
}

/** The moment at which a departure is due in the played day, in whole milliseconds. */
export const dueMs = ({ startMs, speed, firstMs }: PlayedDay, { atMs }: Departure): number =>
  startMs + Math.round((atMs - firstMs) / speed);

/** The event of a departure: it is scheduled for the moment at which it is due. A day that is played again has other ids. */
export function departureEvent(played: PlayedDay, departure: Departure): DepartureEvent {
  const { row, airport, destination, delay } = departure;
  return {
    id: `${row.toString(36)}-${played.startMs.toString(36)}`,
    airport,
    destination,
    scheduled: new Date(dueMs(played, departure)).toISOString(),
    delay,
  };
}
