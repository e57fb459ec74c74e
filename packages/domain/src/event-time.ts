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

const UNIX_SECONDS = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/;

const fractionNs = (digits: string | undefined) => BigInt((digits ?? '').padEnd(9, '0'));

/**
 * ISO-8601 UTC text to nanoseconds; undefined when it is not of the service's form or no such day or second exists.
 * Read digit by digit: every row of every file passes here, and a regular expression with a Date takes nine times as long.
 */
export function parseIsoNs(text: string): EventTimeNs | undefined {
  const { length } = text;
  const marks =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(length - 1) === Z;
  if (!marks || length < 20 || length === 21 || length > 30 || (length > 20 && text.charCodeAt(19) !== POINT)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // What is no digit has become NaN, which is in no range.
  const exists = year >= 0 && day >= 1 && day <= lastDayOf(year, month) && hour < 24 && minute < 60 && second < 60;
  if (!exists) return undefined;
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
  if (length === 20) return (BigInt(seconds) * NS_PER.s) as EventTimeNs;
  const digits = text.slice(20, length - 1);
  if (!DIGITS.test(digits)) return undefined;
  return (BigInt(seconds) * NS_PER.s + fractionNs(digits)) as EventTimeNs;
}

const [DASH, T, COLON, POINT, Z, ZERO] = [...'-T:.Z0'].map((char) => char.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const DIGITS = /^\d+$/;

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lastDayOf = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0));

/** Proleptic Gregorian, as a Date counts. The year begins in March, so that the leap day is its last (Hinnant, days_from_civil). */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
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
