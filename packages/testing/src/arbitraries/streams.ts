/**
 * Streams of one entity in which everything meets: event times on the edges of steps and one millisecond beside them, exactly
 * as late and as far ahead as is allowed and a millisecond more, events sent up to five times, ids used again for other content.
 */
import type { Scalar, WindowedGroup } from '@tidemark/domain';
import fc from 'fast-check';
import type { SentEvent } from '../oracle/windows.ts';

const STEP_MS = 1_000;
/** Near a full hour, and before 1970, where rounding down and cutting differ. */
const ORIGINS_MS = [Date.UTC(2026, 1, 28, 23), Date.UTC(1969, 11, 31, 23, 59, 55)];

const VALUES: Readonly<Record<string, readonly (Scalar | null)[]>> = {
  label: ['', 'a', 'b', 'é', '😀', '～', null],
  level: [-1_000, -1, 0, 0, 1, 7, 1_000, null],
  price: [-1_001, 1, 10, 333, 10_000, null],
  ratio: [0.1, -2.5, 1e300, 0, 3, null],
};
const values: fc.Arbitrary<SentEvent['values']> = fc.record(
  Object.fromEntries(Object.entries(VALUES).map(([name, all]) => [name, fc.constantFrom(...all)])),
);

export interface StreamOptions {
  /** Whether an id may come again with other content. */
  readonly conflicts: boolean;
  /** Whether arrivals may lie before those of earlier records, as Kinesis' may. */
  readonly wobble: boolean;
  readonly maxEvents: number;
}

interface Draft {
  readonly advanceMs: number;
  readonly lagMs: number;
  readonly snapMs: number | undefined;
  readonly id: string;
  readonly values: SentEvent['values'];
  /** How long after the first sending each further one arrives. */
  readonly again: readonly number[];
  readonly wobbleMs: number;
}

const draft = ({ windowed }: WindowedGroup, options: StreamOptions): fc.Arbitrary<Draft> => {
  const { latenessMs, futureToleranceMs } = windowed;
  const edges = [latenessMs, -futureToleranceMs].flatMap((edge) => [edge - 1, edge, edge + 1]);
  return fc.record({
    advanceMs: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
      { weight: 3, arbitrary: fc.constantFrom(0, 1, 999, 1_000, 1_001, 2_000) },
      { weight: 1, arbitrary: fc.constantFrom(4_000, 9_000, 16_000, 40_000) },
    ),
    lagMs: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -futureToleranceMs, max: 3_000 }) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: latenessMs }) },
      { weight: 2, arbitrary: fc.constantFrom(...edges) },
    ),
    snapMs: fc.constantFrom(undefined, undefined, -1, 0, 1),
    id: options.conflicts ? fc.constantFrom('1', '2', '3', '4', '5', 'a|b', '～', '😀') : fc.constant(''),
    values,
    again: fc.array(fc.oneof(fc.constantFrom(0, 1, 1_000), fc.integer({ min: 0, max: 14_000 })), { maxLength: 4 }),
    wobbleMs: options.wobble ? fc.constantFrom(0, 0, 0, 1, 700, 2_500) : fc.constant(0),
  });
};

/** The records of one entity in the order of the stream. */
export const entityStream = (group: WindowedGroup, entity: string, options: StreamOptions): fc.Arbitrary<SentEvent[]> =>
  fc
    .record({
      origin: fc.constantFrom(...ORIGINS_MS),
      drafts: fc.array(draft(group, options), { minLength: 1, maxLength: options.maxEvents }),
    })
    .map(({ origin, drafts }) => {
      let now = origin;
      const sent = drafts.flatMap((one, at) => {
        now += one.advanceMs;
        const arrivedMs = now;
        const event = { entity, id: one.id === '' ? `e${at}` : one.id, timeMs: eventTime(arrivedMs, one), values: one.values };
        return [0, ...one.again].map((afterMs) => ({ ...event, arrivedMs: arrivedMs + afterMs, wobbleMs: one.wobbleMs }));
      });
      const inOrder = sent.toSorted((a, b) => a.arrivedMs - b.arrivedMs);
      return inOrder.map(({ wobbleMs, ...one }) => ({ ...one, arrivedMs: one.arrivedMs - wobbleMs }));
    });

/** On the edge of a step or beside it where that changes the lag by less than a step. */
function eventTime(arrivedMs: number, { lagMs, snapMs }: Draft): number {
  const timeMs = arrivedMs - lagMs;
  return snapMs === undefined ? timeMs : Math.round(timeMs / STEP_MS) * STEP_MS + snapMs;
}

/** Every instant at which something changes for a window, and those beside it. */
export function probeTimes({ windowed: { layout } }: WindowedGroup, stream: readonly SentEvent[]): number[] {
  const instants = new Set<number>();
  const spans = layout.parts.flatMap((part) => part.spans);
  for (const { timeMs, arrivedMs } of stream) {
    instants.add(timeMs).add(arrivedMs);
    for (const { lengthMs, stepMs } of spans) {
      const leaves = Math.floor(timeMs / stepMs) * stepMs + lengthMs + stepMs;
      instants.add(leaves).add(leaves - stepMs);
    }
  }
  return [...new Set([...instants].flatMap((instant) => [instant - 1, instant, instant + 1]))].sort((a, b) => a - b);
}
