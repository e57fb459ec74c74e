import {
  acceptedOf,
  entityStream,
  expectedWindows,
  judgeStream,
  probeTimes,
  type SentEvent,
  type Verdict,
  windowedGroups,
} from '@tidemark/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyWindowState } from './accept-event.ts';
import { type Decision, decideEvent, redriveEvent } from './decide-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { evaluateWindows } from './evaluate-windows.ts';
import { rebuildWindowState } from './rebuild-state.ts';
import { decodeWindowState, encodeWindowState } from './state-codec.ts';
import { greatestStateBytes } from './window-bounds.ts';
import { sealLineMs, type WindowState } from './window-state.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const check = (numRuns: number) => ({ seed: SEED, numRuns });
const ENTITY = 'A|B';
const IN_ORDER = { conflicts: true, wobble: true, maxEvents: 14 };
const ANY_ORDER = { conflicts: false, wobble: false, maxEvents: 10 };

const groupWith = (options: typeof IN_ORDER) =>
  fc.constantFrom(...windowedGroups).chain((group) => entityStream(group, ENTITY, options).map((stream) => ({ group, stream })));

const asEvent = (sent: SentEvent): WindowEvent => ({
  entityKey: sent.entity,
  keyParts: [['sensor', sent.entity]],
  id: sent.id,
  eventTime: new Date(sent.timeMs).toISOString(),
  timeMs: sent.timeMs,
  values: sent.values,
});
const decide = (group: WindowedGroup, state: WindowState, sent: SentEvent): Decision =>
  decideEvent(group, state, asEvent(sent), { arrivedMs: sent.arrivedMs, partitionKey: sent.entity });
const consume = (group: WindowedGroup, stream: readonly SentEvent[]): WindowState =>
  stream.reduce((state, sent) => decide(group, state, sent).state, emptyWindowState(group));
const verdictOf = (decision: Decision): Verdict =>
  decision.outcome === 'refused' ? (decision.refusal.code as Verdict) : decision.outcome;

/** Deep equality, cheaply where the values agree. */
function expectWindows(group: WindowedGroup, state: WindowState, accepted: readonly SentEvent[], times: readonly number[]): void {
  for (const timeMs of times) {
    const expected =
      timeMs < sealLineMs(group, state) ? undefined : expectedWindows(group, accepted, ENTITY, BigInt(timeMs) * 1_000_000n);
    const answered = evaluateWindows(group, state, timeMs);
    if (JSON.stringify(answered) !== JSON.stringify(expected)) expect({ timeMs, ...answered }).toEqual({ timeMs, ...expected });
  }
}

describe(`windows (FAST_CHECK_SEED=${SEED})`, () => {
  test('every record is judged as the oracle judges it, and from the seal line on every window is what the oracle says', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(groupWith(IN_ORDER), ({ group, stream }) => {
        const decisions: Decision[] = [];
        for (const sent of stream) decisions.push(decide(group, decisions.at(-1)?.state ?? emptyWindowState(group), sent));
        expect(decisions.map(verdictOf)).toEqual(judgeStream(stream, group.windowed));
        const half = Math.floor(stream.length / 2);
        for (const length of [half, stream.length]) {
          const state = decisions[length - 1]?.state ?? emptyWindowState(group);
          expectWindows(group, state, acceptedOf(stream.slice(0, length), group.windowed), probeTimes(group, stream));
        }
      }),
      check(400),
    );
  });

  test('deciding again changes nothing, and a crash before the write is as if nothing had been decided', () => {
    fc.assert(
      fc.property(groupWith(IN_ORDER), ({ group, stream }) => {
        let state = emptyWindowState(group);
        for (const sent of stream) {
          const decision = decide(group, state, sent);
          expect(decide(group, state, sent)).toEqual(decision);
          const again = decide(group, decision.state, sent);
          expect(again.state).toBe(decision.state);
          if (decision.outcome === 'accepted') {
            expect(again.outcome).toBe('duplicate');
            expect(decision.state.recordTimeMs).toBeGreaterThan(state.recordTimeMs);
            expect(decision.state.recordTimeMs).toBeGreaterThanOrEqual(sent.arrivedMs);
          } else expect(decision.state).toBe(state);
          state = decision.state;
        }
      }),
      check(200),
    );
  });

  test('a stream that goes back, as far as redelivery allows, ends in the state of one that did not', { timeout: 60_000 }, () => {
    const goingBack = groupWith(IN_ORDER).chain((one) =>
      fc.array(fc.tuple(fc.nat(one.stream.length), fc.nat(12)), { maxLength: 5 }).map((jumps) => ({ ...one, jumps })),
    );
    fc.assert(
      fc.property(goingBack, ({ group, stream, jumps }) => {
        const straight = consume(group, stream);
        let state = emptyWindowState(group);
        let at = 0;
        for (const [until, back] of [...jumps.sort(([a], [b]) => a - b), [stream.length, 0] as const]) {
          for (; at < until; at += 1) state = decide(group, state, stream[at] as SentEvent).state;
          at = Math.max(
            at - back,
            stream.findIndex((sent) => sent.arrivedMs >= state.arrivedMs - group.windowed.redeliveryMs),
            0,
          );
        }
        for (; at < stream.length; at += 1) state = decide(group, state, stream[at] as SentEvent).state;
        expect(state).toEqual(straight);
      }),
      check(300),
    );
  });

  test('in any order, as often as it likes: what windows hold depends on the set of events alone', { timeout: 60_000 }, () => {
    const scrambled = groupWith(ANY_ORDER)
      .map(({ group, stream }) => ({ group: withRedelivery(group, 600_000), stream }))
      .chain((one) =>
        fc.tuple(anyOrder(one.stream), fc.subarray(one.stream)).map(([order, more]) => ({ ...one, order: [...order, ...more] })),
      );
    fc.assert(
      fc.property(scrambled, ({ group, stream, order }) => {
        const accepted = acceptedOf(order, group.windowed);
        expect(new Set(accepted.map((one) => one.id))).toEqual(new Set(acceptedOf(stream, group.windowed).map((one) => one.id)));
        expectWindows(group, consume(group, order), accepted, probeTimes(group, stream));
      }),
      check(300),
    );
  });

  test('what finally failed and is redriven later, in any order, is as if it had never failed', { timeout: 60_000 }, () => {
    const discarded = groupWith(ANY_ORDER).chain((one) =>
      fc
        .subarray(one.stream)
        .chain((failed) => anyOrder(failed).map((redriven) => ({ ...one, failed: new Set(failed), redriven }))),
    );
    fc.assert(
      fc.property(discarded, ({ group, stream, failed, redriven }) => {
        const delivered = stream.filter((sent) => !failed.has(sent));
        let state = consume(group, delivered);
        const history = acceptedOf(delivered, group.windowed);
        for (const sent of redriven) {
          const rows = history.map((row) => ({ ...asEvent(row), arrivedMs: row.arrivedMs }));
          const delivery = { arrivedMs: sent.arrivedMs, partitionKey: ENTITY };
          const decision = redriveEvent(group, rows, asEvent(sent), delivery, state.recordTimeMs);
          if (decision.outcome !== 'accepted') continue;
          expect(decision.state.recordTimeMs).toBeGreaterThan(state.recordTimeMs);
          history.push(sent);
          state = decision.state;
        }
        const accepted = acceptedOf(stream, group.windowed);
        expect(new Set(history.map((one) => one.id))).toEqual(new Set(accepted.map((one) => one.id)));
        expectWindows(group, state, accepted, probeTimes(group, stream));
      }),
      check(200),
    );
  });

  test('a state is read as it was written, and is never larger than its definition says', () => {
    fc.assert(
      fc.property(groupWith(IN_ORDER), ({ group, stream }) => {
        const state = consume(group, stream);
        const text = encodeWindowState(group, state);
        const read = decodeWindowState(group, text);
        expect(read).toEqual(state);
        expect(encodeWindowState(group, read)).toBe(text);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(greatestStateBytes(group));
      }),
      check(300),
    );
  });

  test('a state made again from the history, in any order and with rows stored twice, answers as the one it replaces', () => {
    const stored = groupWith(IN_ORDER).chain((one) => {
      const rows = acceptedOf(one.stream, one.group.windowed);
      return fc.tuple(anyOrder(rows), fc.subarray(rows)).map(([order, more]) => ({ ...one, rows: [...order, ...more] }));
    });
    fc.assert(
      fc.property(stored, ({ group, stream, rows }) => {
        const state = consume(group, stream);
        const rebuilt = rebuildWindowState(
          group,
          rows.map((row) => ({ ...asEvent(row), arrivedMs: row.arrivedMs })),
          state.recordTimeMs,
        );
        expect({ ...rebuilt, recordTimeMs: 0 }).toEqual({ ...state, recordTimeMs: 0 });
        if (rows.length > 0) expect(rebuilt.recordTimeMs).toBeGreaterThan(state.recordTimeMs);
      }),
      check(300),
    );
  });
});

const anyOrder = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });
const withRedelivery = (group: WindowedGroup, redeliveryMs: number): WindowedGroup => ({
  ...group,
  windowed: { ...group.windowed, redeliveryMs },
});
