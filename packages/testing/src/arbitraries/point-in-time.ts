/**
 * Point-in-time scenarios in which everything collides: few instants, few keys, event times exactly at labels and exactly
 * maxAge before them, one unit beside them, late arrivals, rows stored twice, rows that differ in nothing but a value.
 */
import { NS_PER, type Precision, printIso } from '@tidemark/domain';
import type { PlanColumn } from '@tidemark/sql';
import fc from 'fast-check';
import type { HistoryRow, StoredValue } from '../oracle/point-in-time.ts';
import type { Scenario, ScenarioJoin, ScenarioLabel } from '../point-in-time/scenario.ts';

const MINUTE_NS = 60n * NS_PER.s;
const HOUR_NS = 60n * MINUTE_NS;
/** An hour before midnight at the end of a month. */
const BASE_NS = BigInt(Date.UTC(2026, 1, 28, 23)) * NS_PER.ms;
const KEY_COLUMNS = ['origin', 'group'] as const;
/** Names that are reserved, or that the plan uses itself. */
const FEATURES = {
  amount: 'double',
  order: 'bigint',
  f1: 'varchar',
  k: 'double',
  deleted: 'varchar',
  rn: 'bigint',
} as const satisfies Record<string, PlanColumn['type']>;
const PRECISIONS: readonly Precision[] = ['s', 'ms', 'us', 'ns'];

const precision = fc.constantFrom(...PRECISIONS);
const key = fc.constantFrom('A', 'A', 'A', 'A', 'A|B', "it's", null);

/** One of few instants, on the hour or the half hour or beside it by a unit of the precision. */
const instant = (unit: Precision): fc.Arbitrary<bigint> =>
  fc
    .record({ hour: fc.bigInt(0n, 4n), minute: fc.constantFrom(0n, 0n, 30n), units: fc.bigInt(-1n, 1n) })
    .map(({ hour, minute, units }) => BASE_NS + hour * HOUR_NS + minute * MINUTE_NS + units * NS_PER[unit]);

const VALUES: Readonly<Record<PlanColumn['type'], fc.Arbitrary<StoredValue>>> = {
  double: fc.constantFrom(null, 0, -0, 1.5, 0.1, -1e300),
  bigint: fc.constantFrom(null, 0n, 1n, -5n, 9_007_199_254_740_993n),
  varchar: fc.constantFrom(null, '', 'a', 'é', "1:a,'", '😀'),
};
const values: fc.Arbitrary<Readonly<Record<string, StoredValue>>> = fc.record({
  amount: VALUES[FEATURES.amount],
  order: VALUES[FEATURES.order],
  f1: VALUES[FEATURES.f1],
  k: VALUES[FEATURES.k],
  deleted: VALUES[FEATURES.deleted],
  rn: VALUES[FEATURES.rn],
});

/** The text of an instant with any number of fraction digits that says it exactly. */
const isoText = (timeNs: bigint): fc.Arbitrary<string> => {
  const full = printIso(timeNs, 'ns');
  const needed = full.slice(20, -1).replace(/0+$/, '').length;
  return fc
    .integer({ min: needed, max: 9 })
    .map((digits) => (digits === 0 ? `${full.slice(0, 19)}Z` : `${full.slice(0, 20 + digits)}Z`));
};

/** Long ago, and further ahead than nanoseconds of 64 bits reach. */
const FAR = fc.constantFrom('1901-06-01T12:00:00Z', '9999-12-31T23:59:59Z');

const delayMs = fc.constantFrom(0, 0, 1, 999, 1_000, 1_800_000, 3_600_000, 7_200_000);

const row = (unit: Precision, wholeSecondArrival: boolean): fc.Arbitrary<HistoryRow> =>
  instant(unit).chain((timeNs) =>
    fc
      .record({
        key,
        eventTime: fc.oneof(
          { weight: 18, arbitrary: isoText(timeNs) },
          { weight: 1, arbitrary: FAR },
          { weight: 1, arbitrary: fc.constant(null) },
        ),
        arrivalDelay: delayMs,
        writeDelay: fc.constantFrom(0, 0, 1, 300_000),
        deleted: fc.constantFrom(false, false, false, false, true, null),
        values,
      })
      .map(({ arrivalDelay, writeDelay, ...rest }) => {
        const exactMs = Number(timeNs / NS_PER.ms) + arrivalDelay;
        const arrivedMs = wholeSecondArrival ? Math.floor(exactMs / 1_000) * 1_000 : exactMs;
        return { ...rest, arrivedMs, writtenMs: exactMs + writeDelay };
      }),
  );

/** A version of the same instant that arrived, or was written, a second sooner or later. */
const corrected = (one: HistoryRow, arrivedBy: number, writtenBy: number): HistoryRow => ({
  ...one,
  arrivedMs: (one.arrivedMs ?? 0) + arrivedBy,
  writtenMs: (one.writtenMs ?? 0) + writtenBy,
});
const shift = fc.constantFrom(-1_000, 0, 0, 1_000);

/** Rows, and copies of some: exact, or with another content under the same times, or under others. */
const history = (unit: Precision, wholeSecondArrival: boolean): fc.Arbitrary<HistoryRow[]> =>
  fc.array(row(unit, wholeSecondArrival), { maxLength: 12 }).chain((rows) => {
    if (rows.length === 0) return fc.constant(rows);
    const original = fc.nat(rows.length - 1).map((at) => rows[at] as HistoryRow);
    const copy = fc.oneof(
      original,
      fc.tuple(original, values, fc.boolean()).map(([one, changed, deleted]) => ({ ...one, values: changed, deleted })),
      // What one file brings in late: other event times, the same arrival.
      fc
        .tuple(original, row(unit, wholeSecondArrival))
        .map(([one, other]) => ({ ...other, key: one.key, arrivedMs: one.arrivedMs, writtenMs: one.writtenMs })),
      fc
        .tuple(original, values, shift, shift)
        .map(([one, changed, arrivedBy, writtenBy]) => corrected({ ...one, values: changed }, arrivedBy, writtenBy)),
    );
    return fc.array(copy, { maxLength: 6 }).map((copies) => [...rows, ...copies]);
  });

const selected = fc.subarray(Object.keys(FEATURES) as (keyof typeof FEATURES)[], { minLength: 0 });

type GeneratedJoin = ScenarioJoin & { readonly precision: Precision };

const join = (at: number): fc.Arbitrary<GeneratedJoin> =>
  fc.tuple(precision, fc.boolean()).chain(([unit, wholeSecondArrival]) =>
    fc
      .record({
        keyColumn: fc.constantFrom(...KEY_COLUMNS),
        partitioned: fc.boolean(),
        maxAge: fc.constantFrom(undefined, { hours: 1n, units: 0n }, { hours: 2n, units: 0n }, { hours: 1n, units: 1n }),
        features: selected,
        history: history(unit, wholeSecondArrival),
      })
      .map(({ maxAge, features, ...rest }) => ({
        ...rest,
        precision: unit,
        wholeSecondArrival,
        // A maxAge in units of the group is whole in the plan's unit, which is as fine or finer, but for seconds.
        maxAgeNs: maxAge === undefined ? undefined : maxAge.hours * HOUR_NS + maxAge.units * NS_PER[unit],
        features: FEATURES,
        columns: features.map((feature, index) => ({ output: `v${at * 10 + index + 1}`, feature, type: FEATURES[feature] })),
      })),
  );

const labels = (unit: Precision): fc.Arbitrary<Omit<ScenarioLabel, 'row'>[]> =>
  fc.array(fc.record({ timeNs: instant(unit), keys: fc.record(Object.fromEntries(KEY_COLUMNS.map((name) => [name, key]))) }), {
    minLength: 1,
    maxLength: 12,
  });

/** As a view does that joins one group twice: one history under two keys and two selections. */
const sharing = (one: GeneratedJoin, other: GeneratedJoin): GeneratedJoin => ({
  ...other,
  keyColumn: one.keyColumn,
  columns: one.columns,
});

const joins = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .chain(([count, shared]) =>
    fc
      .tuple(...Array.from({ length: count }, (_, at) => join(at)))
      .map((all) => all.map((one, at) => (shared[at] === true && all[0] !== undefined ? sharing(one, all[0]) : one))),
  );

/** A store of one to four groups over two key columns, and labels on it. */
export const pointInTimeScenario: fc.Arbitrary<Scenario> = fc.tuple(precision, joins).chain(([labelPrecision, groups]) => {
  const finest = Math.max(
    PRECISIONS.indexOf('ms'),
    ...[labelPrecision, ...groups.map((one) => one.precision)].map((one) => PRECISIONS.indexOf(one)),
  );
  return fc.record({
    unit: fc.constant(PRECISIONS[finest] as Scenario['unit']),
    boundary: fc.constantFrom('before' as const, 'at-or-before' as const),
    knowledge: fc.constantFrom('event-time' as const, 'arrival-time' as const),
    keyColumns: fc.constant(KEY_COLUMNS),
    // Label rows begin anywhere and are not in the order of time.
    labels: labels(labelPrecision).map((rows) => rows.map((one, at) => ({ ...one, row: BigInt(at * 3) }))),
    joins: fc.constant(groups),
  });
});
