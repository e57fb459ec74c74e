import { describe, expect, it } from 'vitest';
import type { PointInTimePlan } from './plan.ts';
import { partitionOf, readRange } from './read-range.ts';

const second = (iso: string) => BigInt(Date.parse(iso)) / 1_000n;
const MS = { unit: 'ms', perSecond: 1_000n } as const;
const NS = { unit: 'ns', perSecond: 1_000_000_000n } as const;

function range(unit: { unit: PointInTimePlan['unit'] }, earliest: bigint, latest: bigint, maxAge: bigint | undefined) {
  return readRange({ unit: unit.unit, labels: { earliest, latest } }, { maxAge });
}

describe('what a plan reads of a history', () => {
  const noon = second('2026-03-01T12:00:00Z');

  it.each([
    { why: 'without maxAge there is no beginning', unit: MS, earliest: noon * 1_000n, maxAge: undefined, from: undefined },
    { why: 'exactly on the hour', unit: MS, earliest: noon * 1_000n, maxAge: 3_600_000n, from: '2026-03-01T11:00:00Z' },
    {
      why: 'a unit before the hour reads the hour before',
      unit: MS,
      earliest: noon * 1_000n,
      maxAge: 3_600_001n,
      from: '2026-03-01T10:00:00Z',
    },
    {
      why: 'across the end of a month',
      unit: MS,
      earliest: noon * 1_000n,
      maxAge: 13n * 3_600_000n,
      from: '2026-02-28T23:00:00Z',
    },
    { why: 'in nanoseconds', unit: NS, earliest: noon * 1_000_000_000n, maxAge: 1n, from: '2026-03-01T11:00:00Z' },
    { why: 'before 1970, rounding down', unit: MS, earliest: 0n, maxAge: 1n, from: '1969-12-31T23:00:00Z' },
    { why: 'before the year 1 there is no history', unit: MS, earliest: 0n, maxAge: 10n ** 17n, from: undefined },
  ])('$why', ({ unit, earliest, maxAge, from }) => {
    expect(range(unit, earliest, earliest, maxAge).fromSecond).toBe(from === undefined ? undefined : second(from));
  });

  it.each([
    { why: 'the last unit of a second belongs to it', unit: MS, latest: noon * 1_000n + 999n, to: '2026-03-01T12:00:00Z' },
    { why: 'before 1970, rounding down', unit: MS, latest: -1n, to: '1969-12-31T23:59:59Z' },
  ])('ends with the second of the latest label: $why', ({ unit, latest, to }) => {
    expect(range(unit, latest, latest, undefined).toSecond).toBe(second(to));
  });

  it('names the partition of an hour by its event time in UTC, in two digits', () => {
    expect(partitionOf(second('2026-03-01T09:59:59Z'))).toEqual({ year: '2026', month: '03', day: '01', hour: '09' });
    expect(partitionOf(second('1969-12-31T23:00:00Z'))).toEqual({ year: '1969', month: '12', day: '31', hour: '23' });
  });
});
