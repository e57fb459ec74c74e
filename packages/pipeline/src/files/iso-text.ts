/** Moments of binary formats, as far as a Date and as ISO-8601 can tell them: the years 0 to 9999, UTC. */

const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

export const dateOfMs = (timeMs: number): Date | undefined =>
  timeMs >= FIRST_MS && timeMs <= LAST_MS ? new Date(timeMs) : undefined;

/** ISO text with 0 or 3 digits of fraction, as few as hold the value. */
export function isoOfDate(date: Date): string | undefined {
  if (dateOfMs(date.getTime()) === undefined) return undefined;
  const iso = date.toISOString();
  return iso.endsWith('.000Z') ? `${iso.slice(0, 19)}Z` : iso;
}

/**
 * A Date where the moment has whole milliseconds, else ISO text with 6 or 9 digits of fraction. `time` counts units of
 * which `unitsPerMs` make a millisecond; they have `digits` decimal digits below it.
 */
export function momentOf(time: bigint, unitsPerMs: bigint, digits: 3 | 6): Date | string | undefined {
  let below = time % unitsPerMs;
  if (below < 0n) below += unitsPerMs;
  const date = dateOfMs(Number((time - below) / unitsPerMs));
  if (below === 0n || date === undefined) return date;
  const fine = below.toString().padStart(digits, '0');
  return `${date.toISOString().slice(0, 23)}${digits === 6 && fine.endsWith('000') ? fine.slice(0, 3) : fine}Z`;
}
