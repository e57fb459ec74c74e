import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { NS_PER, type WindowedGroup, type WindowValues } from '@tidemark/domain';
import {
  acceptedOf,
  athenaOnDuckDb,
  createEventTables,
  entityStream,
  expectedWindows,
  prepareForAthena,
  probeTimes,
  type SentEvent,
  type WindowLabel,
  windowedGroups,
} from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import { planPointInTime } from '../point-in-time/plan-point-in-time.ts';
import { printAthena } from '../print-athena.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
/** Streams of independent entities in one query, which share their ids. */
const ENTITIES = ['A', 'A|B', "it's", 'é', '5', '6', '7', '8'];
const UNITS = ['ms', 'us'] as const;

interface Question {
  readonly group: WindowedGroup;
  readonly unit: (typeof UNITS)[number];
  /** What the history holds: some rows more than once, in any order. */
  readonly events: readonly SentEvent[];
  readonly accepted: readonly SentEvent[];
  readonly labels: readonly WindowLabel[];
}

const question: fc.Arbitrary<Question> = fc
  .tuple(fc.constantFrom(...windowedGroups), fc.constantFrom(...UNITS))
  .chain(([group, unit]) =>
    fc
      .tuple(...ENTITIES.map((entity) => entityStream(group, entity, { conflicts: true, wobble: true, maxEvents: 10 })))
      .chain((streams) => {
        const perMs = NS_PER.ms / NS_PER[unit];
        const accepted = streams.flatMap((stream) => acceptedOf(stream, group.windowed));
        const times = streams.flatMap((stream, at) =>
          probeTimes(group, stream).flatMap((timeMs) =>
            [-1n, 0n, 1n].map((units) => ({ key: ENTITIES[at] ?? null, time: BigInt(timeMs) * perMs + units })),
          ),
        );
        const labels = fc
          .subarray(times, { minLength: 1, maxLength: 300 })
          .map((some) => [...some, { key: null, time: 0n }, { key: 'never seen', time: 0n }]);
        return fc.record({
          group: fc.constant(group),
          unit: fc.constant(unit),
          events: fc.tuple(shuffled(accepted), fc.subarray(accepted)).map((stored) => stored.flat()),
          accepted: fc.constant(accepted),
          labels: labels.map((some) => some.map((label, at) => ({ ...label, row: BigInt(at * 3) }))),
        });
      }),
  );

describe(`windows in the printed plan on DuckDB (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await prepareForAthena(connection);
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  it('are at every time what the oracle says', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(question, async (one) => {
        await createEventTables(connection, 'win', one.group, one);
        const text = athenaOnDuckDb(printAthena(planPointInTime(planOf(one))));
        const reader = await connection.runAndReadAll(`SELECT * FROM (${text}) ORDER BY label_row`);
        expect(reader.getRowObjectsJS().map(plain)).toEqual(
          one.labels.map((label) => ({ label_row: Number(label.row), ...expectedAt(one, label) })),
        );
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

function planOf({ group, unit, labels }: Question): PointInTimePlan {
  const times = labels.map((label) => label.time).sort((a, b) => (a < b ? -1 : 1));
  return {
    unit,
    boundary: 'before',
    knowledge: 'event-time',
    labels: { table: { database: 'win', name: 'labels' }, earliest: times[0] ?? 0n, latest: times.at(-1) ?? 0n },
    joins: [],
    windows: [
      {
        alias: 'w0',
        keyColumn: 'sensor',
        table: { database: 'win', name: 'events' },
        partitioned: false,
        windowed: group.windowed,
        columns: Object.keys(group.features).map((feature) => ({ output: feature, feature })),
      },
    ],
  };
}

function expectedAt({ group, unit, accepted }: Question, { key, time }: WindowLabel): WindowValues {
  if (key === null) return Object.fromEntries(Object.keys(group.features).map((feature) => [feature, null]));
  return expectedWindows(group, accepted, key, time * NS_PER[unit]);
}

/** Counts and sums are 64-bit integers there. */
const plain = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]));

const shuffled = <Row>(rows: readonly Row[]): fc.Arbitrary<Row[]> => fc.shuffledSubarray([...rows], { minLength: rows.length });
