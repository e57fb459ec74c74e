import { digestEvent, type HistoryEvent, rebuildWindowState, type WindowedGroup, type WindowState } from '@tidemark/domain';
import { type SentEvent, windowScenario } from '@tidemark/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JudgedWindows, judgeWindows } from './judge-windows.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const RUNS = { seed: SEED, numRuns: 150 };

const asRow = (event: SentEvent): HistoryEvent => ({
  entityKey: event.entity,
  keyParts: [],
  id: event.id,
  eventTime: new Date(event.timeMs).toISOString(),
  timeMs: event.timeMs,
  values: event.values,
  arrivedMs: event.arrivedMs,
});

const stored = (state: WindowState): JudgedWindows['online'] => ({ recordTimeMs: 0, state });
const stateOf = (group: WindowedGroup, events: readonly HistoryEvent[]) =>
  events.length === 0 ? undefined : stored(rebuildWindowState(group, events, 0));
const judge = (group: WindowedGroup, settledAtMs: number, entity: JudgedWindows) =>
  judgeWindows({ group, fromMs: undefined, settledAtMs, isLostHour: () => false }, entity);

/** The accepted events of one entity, in the order in which they were. */
const oneEntity = windowScenario.map(({ group, accepted }) => {
  const [entity] = accepted;
  return { group, events: accepted.filter((event) => event.entity === entity?.entity).map(asRow) };
});
const looks = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((places) => places.sort((a, b) => a - b));

test(`windows that count each event once are never inconsistent, whenever the looks happen (FAST_CHECK_SEED=${SEED})`, {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(
      oneEntity,
      looks,
      fc.infiniteStream(fc.boolean()),
      fc.integer({ min: -5, max: 30 }),
      ({ group, events }, [first, second, last], coins, seconds) => {
        // What was accepted by the first look is in the history by the second; of the rest some is. Some rows are stored twice.
        const late = events.slice(first, second).filter(() => coins.next().value);
        const rows = [...events.slice(0, first), ...late, ...events.slice(0, first).filter(() => coins.next().value)];
        const settledAtMs = (events[0]?.arrivedMs ?? 0) + seconds * 1_000;
        const entity = { rows, seen: stateOf(group, events.slice(0, first)), online: stateOf(group, events.slice(0, last)) };
        const { findings } = judge(group, settledAtMs, entity);
        expect(findings.filter(({ kind }) => kind !== 'clock-skew')).toEqual([]);
      },
    ),
    RUNS,
  );
});

test(`an event that a state counts twice is a doubled window (FAST_CHECK_SEED=${SEED})`, { timeout: 60_000 }, () => {
  let judged = 0;
  fc.assert(
    fc.property(oneEntity, ({ group, events }) => {
      const counts = group.windowed.layout.aggregates.some(({ kind, field }) => kind === 'count' && field === undefined);
      const newest = events.reduce<HistoryEvent | undefined>(
        (latest, one) => (latest === undefined || one.timeMs > latest.timeMs ? one : latest),
        undefined,
      );
      fc.pre(counts && newest !== undefined);
      const copy = { ...(newest as HistoryEvent), id: 'copy' };
      const state = rebuildWindowState(group, [...events, copy], 0);
      fc.pre(state.open.some(({ id }) => id === 'copy'));
      const doubled = stored({ ...state, seen: new Map([...state.seen].filter(([digest]) => digest !== digestEvent(copy))) });
      const { outcome, findings } = judge(group, Number.MAX_SAFE_INTEGER, { rows: events, seen: doubled, online: doubled });
      expect([outcome, findings.at(-1)?.kind]).toEqual(['inconsistent', 'doubled-window']);
      judged++;
    }),
    RUNS,
  );
  expect(judged).toBeGreaterThan(0);
});

test(`an event that is in the history and in no state is stale, one that is in a state alone is extra (FAST_CHECK_SEED=${SEED})`, {
  timeout: 60_000,
}, () => {
  let judged = 0;
  fc.assert(
    fc.property(oneEntity, ({ group, events }) => {
      const last = events.at(-1);
      fc.pre(last !== undefined && events.length > 1);
      const [all, without] = [events, events.slice(0, -1)];
      const whole = rebuildWindowState(group, all, 0);
      fc.pre(whole.seen.has(digestEvent(last as HistoryEvent)) && without.every((event) => whole.seen.has(digestEvent(event))));
      const [known, lacking] = [stored(whole), stateOf(group, without)];
      const kindOf = (entity: JudgedWindows) => judge(group, Number.MAX_SAFE_INTEGER, entity).findings.at(-1)?.kind;
      expect(kindOf({ rows: all, seen: lacking, online: lacking })).toBe('stale');
      expect(kindOf({ rows: without, seen: known, online: known })).toBe('extra');
      judged++;
    }),
    RUNS,
  );
  expect(judged).toBeGreaterThan(0);
});
