/**
 * Event times as the service takes them: ISO-8601 in UTC with `T` and `Z` and 0 to 9 fraction digits (String features)
 * or Unix seconds with a fraction (Fractional features). Kept as whole seconds and nanoseconds: two exact integers that
 * SQLite compares as a row value, over all years from 0000 to 9999.
 */
export interface EventTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const isoPattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;
const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const EARLIEST_SECOND = -62_167_219_200;
const LATEST_SECOND = 253_402_300_799;
const DAY_S = 86_400;

export function parseEventTime(text: string, type: 'String' | 'Fractional'): EventTime | undefined {
  return type === 'String' ? parseIso(text) : parseUnixSeconds(text);
}

function parseIso(text: string): EventTime | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  if (month < 1 || month > 12 || day < 1 || day > (daysOfMonth[month - 1] as number)) return undefined;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = match[7];
  return {
    seconds: daysSinceEpoch(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second,
    nanoseconds: fraction === undefined ? 0 : Number(fraction.padEnd(9, '0')),
  };
}

/** Proleptic Gregorian; Date.UTC would read the years 0 to 99 as 1900 to 1999. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function parseUnixSeconds(text: string): EventTime | undefined {
  const match = decimalPattern.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponentText] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(exponentText ?? 0);
  // 10^12 s lies far beyond the year 9999, and 10^-400 s far below a nanosecond.
  if (Math.abs(exponent) > 400) return undefined;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const wholeDigits = (point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')).replace(/^0+/, '');
  const fractionDigits = (point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '');
  if (wholeDigits.length > 12 || fractionDigits.length > 9) return undefined;
  let seconds = Number(wholeDigits || '0');
  let nanoseconds = Number((fractionDigits || '0').padEnd(9, '0'));
  if (sign === '-') {
    seconds = nanoseconds === 0 ? -seconds : -seconds - 1;
    nanoseconds = nanoseconds === 0 ? 0 : 1_000_000_000 - nanoseconds;
  }
  if (seconds < EARLIEST_SECOND || seconds > LATEST_SECOND) return undefined;
  return { seconds: seconds + 0, nanoseconds };
}

export const compareEventTimes = (a: EventTime, b: EventTime): number => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;

/** The second that was printed last: many records of a read expire at the same one. */
let printed = { seconds: 0, text: '1970-01-01T00:00:00' };

/** UTC ISO-8601 with as many of 0, 3, 6 or 9 fraction digits as the time needs. */
export function printEventTime({ seconds, nanoseconds }: EventTime): string {
  if (printed.seconds !== seconds) printed = { seconds, text: new Date(seconds * 1000).toISOString().slice(0, -5) };
  const { text } = printed;
  if (nanoseconds === 0) return `${text}Z`;
  const digits = String(nanoseconds).padStart(9, '0');
  return `${text}.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}Z`;
}
