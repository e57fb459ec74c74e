/**
 * The specification of a point-in-time answer, as loops: what one label may know from the history of one group.
 *
 * Nothing here is clever or fast, and production never imports it. Times are nanoseconds, so that no unit of a plan can
 * hide an error. A row without key, event time, arrival time or write time is no row.
 */
import { fromMs, parseIsoNs } from '@tidemark/domain';
import { rowHash } from './row-hash.ts';

export type StoredValue = string | bigint | number | null;

/** A row of the offline store: times as the store has them. */
export interface HistoryRow {
  readonly key: string | null;
  /** ISO-8601 UTC with 0 to 9 fraction digits. */
  readonly eventTime: string | null;
  /** api_invocation_time */
  readonly arrivedMs: number | null;
  readonly writtenMs: number | null;
  readonly deleted: boolean | null;
  readonly values: Readonly<Record<string, StoredValue>>;
}

export interface PointInTimeQuestion {
  readonly key: string | null;
  readonly timeNs: bigint;
}

export interface PointInTimeRules {
  readonly boundary: 'before' | 'at-or-before';
  readonly knowledge: 'event-time' | 'arrival-time';
  readonly maxAgeNs: bigint | undefined;
  readonly wholeSecondArrival: boolean;
  /** The features that are asked for. Only they decide a tie of the last resort. */
  readonly select: readonly string[];
}

export interface PointInTimeAnswer {
  readonly state: 'value' | 'missing' | 'expired';
  /** Event time of the row that won, whatever became of it. */
  readonly timeNs: bigint | null;
  /** Whether only the hash decided between rows of different content. */
  readonly tie: boolean;
  readonly values: Readonly<Record<string, StoredValue>>;
}

export interface Version {
  readonly eventNs: bigint;
  readonly arrivedNs: bigint;
  readonly writtenNs: bigint;
  readonly row: HistoryRow;
}

const WHOLE_SECOND_NS = 1_000_000_000n;

export function answerPointInTime(
  question: PointInTimeQuestion,
  history: readonly HistoryRow[],
  rules: PointInTimeRules,
): PointInTimeAnswer {
  const known: Version[] = [];
  for (const row of history) {
    const version = versionOf(row);
    if (version === undefined || row.key !== question.key) continue;
    if (rules.boundary === 'before' && version.eventNs >= question.timeNs) continue;
    if (rules.boundary === 'at-or-before' && version.eventNs > question.timeNs) continue;
    const visibleNs = version.arrivedNs + (rules.wholeSecondArrival ? WHOLE_SECOND_NS : 0n);
    if (rules.knowledge === 'arrival-time' && visibleNs > question.timeNs) continue;
    known.push(version);
  }

  let winner: Version | undefined;
  for (const version of known) {
    if (winner === undefined || isNewer(version, winner, rules.select)) winner = version;
  }
  if (winner === undefined) return { state: 'missing', timeNs: null, tie: false, values: nothing(rules.select) };

  let tie = false;
  for (const version of known) {
    if (isSameVersion(version, winner) && rowHash(version.row, rules.select) !== rowHash(winner.row, rules.select)) tie = true;
  }
  const answer = { timeNs: winner.eventNs, tie };
  if (winner.row.deleted === true) return { ...answer, state: 'missing', values: nothing(rules.select) };
  const ageNs = question.timeNs - winner.eventNs;
  if (rules.maxAgeNs !== undefined && ageNs >= rules.maxAgeNs)
    return { ...answer, state: 'expired', values: nothing(rules.select) };
  return {
    ...answer,
    state: 'value',
    values: Object.fromEntries(rules.select.map((name) => [name, winner.row.values[name] ?? null])),
  };
}

export function versionOf(row: HistoryRow): Version | undefined {
  if (row.key === null || row.eventTime === null || row.arrivedMs === null || row.writtenMs === null) return undefined;
  const eventNs = parseIsoNs(row.eventTime);
  if (eventNs === undefined) throw new Error('a history row has an event time that is not UTC ISO-8601');
  return { eventNs, arrivedNs: fromMs(row.arrivedMs), writtenNs: fromMs(row.writtenMs), row };
}

const isSameVersion = (a: Version, b: Version) =>
  a.eventNs === b.eventNs && a.arrivedNs === b.arrivedNs && a.writtenNs === b.writtenNs;

export function isNewer(a: Version, b: Version, select: readonly string[]): boolean {
  if (a.eventNs !== b.eventNs) return a.eventNs > b.eventNs;
  if (a.arrivedNs !== b.arrivedNs) return a.arrivedNs > b.arrivedNs;
  if (a.writtenNs !== b.writtenNs) return a.writtenNs > b.writtenNs;
  return rowHash(a.row, select) > rowHash(b.row, select);
}

const nothing = (select: readonly string[]) => Object.fromEntries(select.map((name) => [name, null]));
