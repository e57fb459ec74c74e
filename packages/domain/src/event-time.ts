/**
 * Event times: nanoseconds since 1970 in UTC as a BigInt, kept as they were written and compared as integers.
 *
 * The service takes two forms (`reference`: CreateFeatureGroup, quotas page): ISO-8601 with a literal `T` and `Z` and
 * 0 to 9 digits of fraction, for String features; Unix seconds with an optional fraction, for Fractional ones. Offsets,
 * a space for the `T` and bare dates are refused: the service refuses them too, but only when it is too late.
 */
import { type Refusal, refuse } from './errors.ts';

declare const nanoseconds: unique symbol;
/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type EventTimeNs = bigint & { readonly [nanoseconds]: true };

export type Precision = 's' | 'ms' | 'us' | 'ns';

/** How many nanoseconds one unit of the precision has. */
export const NS_PER: Readonly<Record<Precision, bigint>> = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n };
export const FRACTION_DIGITS: Readonly<Record<Precision, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/;
const UNIX_SECONDS = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/;

const fractionNs = (digits: string | undefined) => BigInt((digits ?? '').padEnd(9, '0'));

/** ISO-8601 UTC text to nanoseconds; undefined when it is not of the service's form or no such day or second exists. */
export function parseIsoNs(text: string): EventTimeNs | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  // Date.UTC reads the years 0 to 99 as 1900 to 1999, so the year is set by itself.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const exists =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists) return undefined;
  return (BigInt(date.getTime()) * 1_000_000n + fractionNs(match[7])) as EventTimeNs;
}

/** Unix seconds as decimal text (the form of a Fractional event time) to nanoseconds, without passing through a double. */
export function parseUnixSecondsNs(text: string): EventTimeNs | undefined {
  const match = UNIX_SECONDS.exec(text);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] as string) * 1_000_000_000n + fractionNs(match[3]);
  return (match[1] === '-' ? -magnitude : magnitude) as EventTimeNs;
}

/** Nanoseconds to ISO-8601 UTC with exactly the digits of the precision; finer digits are cut. */
export function printIso(timeNs: bigint, precision: Precision): string {
  const seconds = timeNs / NS_PER.s - (timeNs % NS_PER.s < 0n ? 1n : 0n);
  const fraction = timeNs - seconds * NS_PER.s;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits = FRACTION_DIGITS[precision];
  return digits === 0 ? `${whole}Z` : `${whole}.${fraction.toString().padStart(9, '0').slice(0, digits)}Z`;
}

/** Whole milliseconds since 1970, rounded down. */
export const toMs = (timeNs: bigint): number => Number(timeNs / NS_PER.ms - (timeNs % NS_PER.ms < 0n ? 1n : 0n));

export const fromMs = (timeMs: number): EventTimeNs => (BigInt(timeMs) * NS_PER.ms) as EventTimeNs;

/** Checks a written event time against the precision of its group: malformed and too fine are told apart, nothing is rounded. */
export function checkEventTime(text: string, precision: Precision, field: string): { timeNs: EventTimeNs } | Refusal {
  const timeNs = parseIsoNs(text);
  if (timeNs === undefined) {
    return refuse('ROW_EVENT_TIME_MALFORMED', `${field} is not UTC ISO-8601 such as 2026-01-31T09:00:00Z`, field);
  }
  if (timeNs % NS_PER[precision] !== 0n) {
    return refuse('ROW_EVENT_TIME_TOO_FINE', `${field} is finer than the precision of the group (${precision})`, field);
  }
  return { timeNs };
}
