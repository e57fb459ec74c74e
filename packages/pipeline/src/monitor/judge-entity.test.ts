import { fractional, integral, NS_PER, text } from '@tidemark/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HistoryRow, type JudgeSettings, judgeEntity, type OnlineState } from './judge-entity.ts';

const SETTLED_MS = Date.UTC(2026, 0, 10, 12);
const HOUR_MS = 3_600_000;
const ns = (timeMs: number) => BigInt(Math.round(timeMs)) * NS_PER.ms;
const settings: JudgeSettings = {
  features: { flights: integral(), delay: fractional(), name: text() },
  precision: 's',
  ttlMs: undefined,
  settledAtMs: SETTLED_MS,
  nowMs: SETTLED_MS + 20 * 60_000,
  readToMs: SETTLED_MS + 24 * HOUR_MS,
  toleranceMs: 5 * 60_000,
  isLostHour: () => false,
};
const VALUES = { flights: 3, delay: 1.5, name: 'a' };
type Values = Readonly<Record<string, string | number | bigint | undefined>>;

const row = (hoursAgo: number, values: Values = VALUES, changes: Partial<HistoryRow> = {}): HistoryRow => ({
  timeNs: ns(SETTLED_MS - hoursAgo * HOUR_MS),
  arrivedMs: SETTLED_MS - hoursAgo * HOUR_MS + 1_000,
  deleted: false,
  values: new Map(Object.entries(values)) as HistoryRow['values'],
  ...changes,
});
const record = (hoursAgo: number, values: Values = VALUES): OnlineState => ({
  timeNs: ns(SETTLED_MS - hoursAgo * HOUR_MS),
  values: new Map(Object.entries(values)),
});
const inFlight = { arrivedMs: SETTLED_MS + 60_000 };
const { delay: _, ...WITHOUT_DELAY } = VALUES;

describe.each([
  { why: 'equal', rows: [row(2)], online: record(2), says: 'consistent' },
  {
    why: 'equal to one of two writes of one event time',
    rows: [row(2), row(2, { ...VALUES, flights: 4 })],
    online: record(2),
    says: 'consistent',
  },
  { why: 'deleted, and gone', rows: [row(2, {}, { deleted: true })], says: 'consistent' },
  { why: 'nothing known of it yet', rows: [row(1, VALUES, inFlight)], says: 'in-flight' },
  { why: 'newer in flight', rows: [row(2), row(1, VALUES, inFlight)], online: record(1), says: 'consistent' },
  { why: 'newer online, not seen a delay before', rows: [row(2)], online: record(1), says: 'in-flight' },
  {
    why: 'newer online, seen with other values',
    rows: [row(2)],
    online: record(1),
    seen: record(1, { ...VALUES, flights: 9 }),
    says: 'in-flight',
  },
  {
    why: 'another value at the same event time, not seen before',
    rows: [row(2)],
    online: record(2, { ...VALUES, flights: 9 }),
    says: 'in-flight',
  },
  { why: 'gone while a deletion is in flight', rows: [row(2), row(1, {}, { deleted: true, ...inFlight })], says: 'in-flight' },
  { why: 'older online', rows: [row(2, { ...VALUES, flights: 9 })], online: record(3), says: 'stale', features: ['flights'] },
  { why: 'older online with the same values', rows: [row(2)], online: record(3), says: 'stale', features: ['event_time'] },
  { why: 'gone since the first look', rows: [row(2)], seen: record(2), says: 'in-flight' },
  { why: 'absent online', rows: [row(2)], says: 'missing', features: ['flights', 'delay', 'name'] },
  {
    why: 'a value absent online',
    rows: [row(2)],
    online: record(2, WITHOUT_DELAY),
    seen: record(2, WITHOUT_DELAY),
    says: 'missing',
    features: ['delay'],
  },
  {
    why: 'a value only online',
    rows: [row(2, WITHOUT_DELAY)],
    online: record(2),
    seen: record(2),
    says: 'extra',
    features: ['delay'],
  },
  {
    why: 'another value at the same event time',
    rows: [row(2)],
    online: record(2, { ...VALUES, flights: 9 }),
    seen: record(2, { ...VALUES, flights: 9 }),
    says: 'extra',
    features: ['flights'],
  },
  {
    why: 'newer online for longer than the delay',
    rows: [row(2)],
    online: record(1),
    seen: record(1),
    says: 'extra',
    features: ['flights', 'delay', 'name'],
  },
  { why: 'only online', rows: [], online: record(1), seen: record(1), says: 'extra', features: ['flights', 'delay', 'name'] },
  {
    why: 'deleted, and still online',
    rows: [row(1, {}, { deleted: true })],
    online: record(2),
    seen: record(2),
    says: 'extra',
    features: ['flights', 'delay', 'name'],
  },
  {
    why: 'not of the declared type',
    rows: [row(2, { ...VALUES, flights: 2n ** 60n })],
    online: record(2, { ...VALUES, flights: undefined }),
    says: 'wrong-type',
    features: ['flights'],
  },
  {
    why: 'a finer event time than declared',
    rows: [row(2.0001)],
    online: record(2.0001),
    says: 'wrong-type',
    features: ['event_time'],
  },
  {
    why: 'ahead of its arrival',
    rows: [row(2, VALUES, { arrivedMs: SETTLED_MS - 3 * HOUR_MS })],
    online: record(2),
    says: 'clock-skew',
    features: ['event_time'],
  },
] as readonly { why: string; rows: HistoryRow[]; online?: OnlineState; seen?: OnlineState; says: string; features?: string[] }[])(
  '$why',
  ({ rows, online, seen, says, features }) => {
    test(`is ${says}`, () => {
      const { outcome, findings } = judgeEntity(settings, { rows, online, seen, wasAbsent: seen === undefined });
      if (features === undefined) expect({ outcome, findings }).toEqual({ outcome: says, findings: [] });
      else {
        expect(findings.map((one) => [one.kind, one.features])).toEqual([[says, features]]);
        expect(outcome).toBe(says === 'clock-skew' ? 'consistent' : 'inconsistent');
      }
    });
  },
);

test('a record so far ahead that its history was not read is skewed, and nothing else can be told of it', () => {
  const far = record(-24);
  const { outcome, findings } = judgeEntity(settings, { rows: [row(2)], online: far, seen: far, wasAbsent: false });
  expect([outcome, findings.map(({ kind }) => kind)]).toEqual(['in-flight', ['clock-skew']]);
  const near = record(-23);
  const nearer = judgeEntity(settings, { rows: [row(2)], online: near, seen: near, wasAbsent: false });
  expect([nearer.outcome, nearer.findings.map(({ kind }) => kind)]).toEqual(['inconsistent', ['clock-skew', 'extra']]);
});

test('what the history does not have is a lost partition where its hour is gone', () => {
  const entity = { rows: [row(2)], online: record(1), seen: record(1), wasAbsent: false };
  const [finding] = judgeEntity({ ...settings, isLostHour: (timeNs) => timeNs === entity.online.timeNs }, entity).findings;
  expect(finding?.kind).toBe('lost-partition');
});

test.each([
  { why: 'a second before it expires', ttlMs: 2 * HOUR_MS + 26 * 60_000, says: ['missing'] },
  { why: 'within the tolerance of clocks', ttlMs: 2 * HOUR_MS + 22 * 60_000, says: [] },
  { why: 'when it has expired', ttlMs: 2 * HOUR_MS + 20 * 60_000, says: [] },
])('a record with a time to live is absent $why: $says', ({ ttlMs, says }) => {
  expect(
    judgeEntity({ ...settings, ttlMs }, { rows: [row(2)], online: undefined, seen: undefined, wasAbsent: true }).findings.map(
      ({ kind }) => kind,
    ),
  ).toEqual(says);
});

/** Writes in any order to a store that keeps the greatest event time, with a history that loses nothing: all of it is settled or in flight. */
test('a store that does what it should is never inconsistent, whenever the three looks happen', () => {
  const write = fc.record({
    atMs: fc.integer({ min: 0, max: 100 }),
    event: fc.integer({ min: 0, max: 20 }),
    flights: fc.integer({ min: 0, max: 3 }),
    deleted: fc.boolean(),
  });
  const sweep = fc.record({
    writes: fc.array(write, { maxLength: 12 }),
    first: fc.integer({ min: 0, max: 60 }),
    delay: fc.integer({ min: 10, max: 20 }),
    last: fc.integer({ min: 0, max: 20 }),
  });
  const base = SETTLED_MS - HOUR_MS;
  fc.assert(
    fc.property(sweep, ({ writes, first, delay, last }) => {
      const ordered = writes.toSorted((a, b) => a.atMs - b.atMs);
      const lookAt = (atMs: number): OnlineState | undefined => {
        const kept = ordered
          .filter((one) => one.atMs <= atMs)
          .reduce<(typeof ordered)[number] | undefined>(
            (held, one) =>
              held === undefined || one.event > held.event || (one.event === held.event && !one.deleted) ? one : held,
            undefined,
          );
        return kept === undefined || kept.deleted
          ? undefined
          : { timeNs: ns(base + kept.event * 1_000), values: new Map([['flights', kept.flights]]) };
      };
      // Rows reach the history within the delay; the last look comes after it was read.
      const rows = ordered
        .filter((one) => one.atMs <= first + delay && (one.atMs <= first || one.flights % 2 === 0))
        .map(
          (one): HistoryRow => ({
            timeNs: ns(base + one.event * 1_000),
            arrivedMs: SETTLED_MS + one.atMs * 1_000,
            deleted: one.deleted,
            values: new Map(one.deleted ? [] : [['flights', one.flights]]),
          }),
        );
      const settledAtMs = SETTLED_MS + first * 1_000;
      const seen = lookAt(first);
      const entity = { rows, seen, wasAbsent: seen === undefined, online: lookAt(first + delay + last) };
      expect(judgeEntity({ ...settings, settledAtMs }, entity).findings).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});
