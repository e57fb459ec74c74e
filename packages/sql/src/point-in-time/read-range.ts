/**
 * Which part of a history a plan reads: whole hours, in UTC.
 *
 * Nothing after the latest label can be known to any label, and nothing older than the earliest label less maxAge can still
 * hold. A row before the range is as if it did not exist: a label that only such rows precede is `missing`, not `expired`.
 */
import { NS_PER, type Precision } from '@tidemark/domain';
import type { PlanJoin, PlanLabels, PointInTimePlan } from './plan.ts';

const HOUR_SECONDS = 3_600n;
/** ISO-8601 text of the store has four digits for the year. */
const YEAR_1_SECOND = -62_135_596_800n;
const YEAR_9999_END_SECOND = 253_402_300_799n;

export interface ReadRange {
  /** First second that is read; undefined: from the beginning. Always the first of an hour. */
  readonly fromSecond: bigint | undefined;
  /** Last second that is read. */
  readonly toSecond: bigint;
}

export const perSecond = (unit: Precision): bigint => NS_PER.s / NS_PER[unit];

export function readRange(
  plan: Pick<PointInTimePlan, 'unit'> & { readonly labels: Pick<PlanLabels, 'earliest' | 'latest'> },
  join: Pick<PlanJoin, 'maxAge'>,
): ReadRange {
  const toSecond = floorDivide(plan.labels.latest, perSecond(plan.unit));
  if (join.maxAge === undefined) return { fromSecond: undefined, toSecond };
  const oldest = floorDivide(plan.labels.earliest - join.maxAge, perSecond(plan.unit));
  const fromSecond = floorDivide(oldest, HOUR_SECONDS) * HOUR_SECONDS;
  return { fromSecond: fromSecond < YEAR_1_SECOND ? undefined : fromSecond, toSecond };
}

/** The hour of a second as its four partition values: `2001`, `01`, `31`, `09`. */
export function partitionOf(second: bigint): {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
} {
  const inRange = second > YEAR_9999_END_SECOND ? YEAR_9999_END_SECOND : second < YEAR_1_SECOND ? YEAR_1_SECOND : second;
  const iso = new Date(Number(inRange) * 1_000).toISOString();
  return { year: iso.slice(0, 4), month: iso.slice(5, 7), day: iso.slice(8, 10), hour: iso.slice(11, 13) };
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
