/** The flights are of 2001. An export may move them to any other day, all by the same number of days. */

/** The first day of the data. */
export const FIRST_DAY = '2001-01-01';
/** Every day of the data: January to June, and the first of July, which has six flights, all at its midnight. */
export const ALL_DAYS = 182;

const DAY_MS = 86_400_000;
const startMs = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** `2001-01-31`, and a number of days → the day so many days later. */
export const addDays = (day: string, days: number): string => new Date(startMs(day) + days * DAY_MS).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number => (startMs(to) - startMs(from)) / DAY_MS;

/**
 * The anchor that brings the first `days` days as near to the present as whole weeks can, so that weekdays stay what
 * they are and the last of the days has ended by `todayMs` (UTC).
 */
export function latestAnchor(todayMs: number, days: number): string {
  const weeks = Math.floor((todayMs - startMs(FIRST_DAY) - days * DAY_MS) / (7 * DAY_MS));
  return addDays(FIRST_DAY, weeks * 7);
}
