/** An event history, labels on it, and what windows are at them: a question to any engine, in no dialect. */
import { NS_PER, type WindowedGroup, type WindowValues } from '@tidemark/domain';
import type { PointInTimePlan } from '@tidemark/sql';
import fc from 'fast-check';
import { entityStream, probeTimes } from '../arbitraries/streams.ts';
import type { WindowLabel } from '../duckdb/event-tables.ts';
import { acceptedOf, type SentEvent } from '../oracle/windows.ts';
import { expectedWindows } from './expected-windows.ts';
import { windowedGroups } from './groups.ts';

export interface WindowScenario {
  readonly group: WindowedGroup;
  readonly unit: 'ms' | 'us' | 'ns';
  /** What the history holds: some events more than once, in any order. */
  readonly events: readonly SentEvent[];
  readonly accepted: readonly SentEvent[];
  readonly labels: readonly WindowLabel[];
}

/** Streams of their own, which share their ids. */
const ENTITIES = ['A', 'A|B', "it's", 'é', '5', '6', '7', '8'];
const STREAM = { conflicts: true, wobble: true, maxEvents: 10 };
const MOST_LABELS = 300;

/** A scenario of eight streams, and labels at the instants at which something changes, and a unit before and after. */
export const windowScenario: fc.Arbitrary<WindowScenario> = fc
  .tuple(fc.constantFrom(...windowedGroups), fc.constantFrom('ms' as const, 'us' as const, 'ns' as const))
  .chain(([group, unit]) =>
    fc.tuple(...ENTITIES.map((entity) => entityStream(group, entity, STREAM))).chain((streams) => {
      const accepted = streams.flatMap((stream) => acceptedOf(stream, group.windowed));
      return fc.record({
        group: fc.constant(group),
        unit: fc.constant(unit),
        events: fc.tuple(shuffled(accepted), fc.subarray(accepted)).map((stored) => stored.flat()),
        accepted: fc.constant(accepted),
        labels: labelsOn(group, unit, streams),
      });
    }),
  );

function labelsOn(
  group: WindowedGroup,
  unit: WindowScenario['unit'],
  streams: readonly SentEvent[][],
): fc.Arbitrary<WindowLabel[]> {
  const perMs = NS_PER.ms / NS_PER[unit];
  const all = streams.flatMap((stream, at) =>
    probeTimes(group, stream).flatMap((timeMs) =>
      [-1n, 0n, 1n].map((units) => ({ key: ENTITIES[at] ?? null, time: BigInt(timeMs) * perMs + units })),
    ),
  );
  const unknown = [null, 'never seen'].map((key) => ({ key, time: 0n }));
  // Rows are not without gaps, as those of a part of a label set are not.
  return fc
    .subarray(all, { minLength: 1, maxLength: MOST_LABELS })
    .map((some) => [...some, ...unknown].map((label, at) => ({ ...label, row: BigInt(at * 3) })));
}

/** The plan for the tables `labels` and `events` of a database: every window under its own name. */
export function windowPlanOf({ group, unit, labels }: WindowScenario, database: string): PointInTimePlan {
  const times = labels.map((label) => label.time).sort((a, b) => (a < b ? -1 : 1));
  return {
    unit,
    boundary: 'before',
    knowledge: 'event-time',
    labels: { table: { database, name: 'labels' }, earliest: times[0] ?? 0n, latest: times.at(-1) ?? 0n },
    joins: [],
    windows: [
      {
        alias: 'w0',
        keyColumn: 'sensor',
        table: { database, name: 'events' },
        partitioned: false,
        windowed: group.windowed,
        columns: Object.keys(group.features).map((feature) => ({ output: feature, feature })),
      },
    ],
  };
}

/** What the plan must answer, by the oracle: a row per label, in the order of `label_row`; whole numbers as numbers. */
export const expectedWindowRows = ({
  group,
  unit,
  accepted,
  labels,
}: WindowScenario): (WindowValues & { readonly label_row: number })[] =>
  labels.map(({ row, time, key }) => ({
    label_row: Number(row),
    ...(key === null
      ? Object.fromEntries(Object.keys(group.features).map((feature) => [feature, null]))
      : expectedWindows(group, accepted, key, time * NS_PER[unit])),
  }));

const shuffled = <Row>(rows: readonly Row[]): fc.Arbitrary<Row[]> => fc.shuffledSubarray([...rows], { minLength: rows.length });
