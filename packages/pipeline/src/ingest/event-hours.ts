/** How many accepted rows an hour of event time got: what a partition of the history must hold at least. */
export type EventHours = Readonly<Record<string, number>>;

/** A file over more hours than this is not told apart. */
const MOST_HOURS = 2_000;
/** `2026-01-31T09` */
const HOUR_CHARS = 13;

/** Event times as written, UTC ISO-8601 → rows by hour; undefined for more hours than a receipt is to hold. */
export function countHours(eventTimes: Iterable<string>): EventHours | undefined {
  const hours = new Map<string, number>();
  for (const eventTime of eventTimes) {
    const hour = eventTime.slice(0, HOUR_CHARS);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
    if (hours.size > MOST_HOURS) return undefined;
  }
  return inOrder(hours);
}

/** The sum of the parts; undefined when one of them is not known. */
export function addHours(parts: readonly (EventHours | undefined)[]): EventHours | undefined {
  const sum = new Map<string, number>();
  for (const part of parts) {
    if (part === undefined) return undefined;
    for (const [hour, rows] of Object.entries(part)) sum.set(hour, (sum.get(hour) ?? 0) + rows);
    if (sum.size > MOST_HOURS) return undefined;
  }
  return inOrder(sum);
}

export const hourStartMs = (hour: string): number => Date.parse(`${hour}:00:00Z`);

/** So that a receipt is the same text whatever the order of its chunks. */
const inOrder = (hours: ReadonlyMap<string, number>): EventHours =>
  Object.fromEntries([...hours].sort(([a], [b]) => (a < b ? -1 : 1)));
