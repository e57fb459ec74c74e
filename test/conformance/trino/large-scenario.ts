/** 100,000 labels over 10,000 keys, one of them busy, and two groups of 100,000 rows: made from a seed alone. */
import { NS_PER, printIso } from '@tidemark/domain';
import type { HistoryRow, Scenario } from '@tidemark/testing';

const COUNT = 100_000;
const KEYS = 10_000;
const SPAN_MS = 30 * 86_400_000;
const BASE_MS = Date.UTC(2026, 0, 1);

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function largeScenario(seed: number): Scenario {
  const random = randomFrom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const key = () => (random() < 0.01 ? 'busy' : `k${below(KEYS)}`);
  // Whole minutes, so that labels and events often meet.
  const timeMs = () => BASE_MS + below(SPAN_MS / 60_000) * 60_000;
  const history = (): HistoryRow[] =>
    Array.from({ length: COUNT }, () => {
      const eventMs = timeMs();
      const arrivedMs = eventMs + below(4) * 60_000;
      return {
        key: key(),
        eventTime: printIso(BigInt(eventMs) * NS_PER.ms, 'ms'),
        arrivedMs,
        writtenMs: arrivedMs + 300_000,
        deleted: random() < 0.02,
        values: { amount: random() < 0.05 ? null : random(), visits: BigInt(below(1_000)) },
      };
    });
  const features = { amount: 'double', visits: 'bigint' } as const;
  const group = (at: number) => ({
    keyColumn: 'account',
    partitioned: at === 0,
    maxAgeNs: at === 0 ? undefined : 86_400n * NS_PER.s,
    wholeSecondArrival: false,
    features,
    columns: [
      { output: `amount_${at}`, feature: 'amount', type: 'double' as const },
      { output: `visits_${at}`, feature: 'visits', type: 'bigint' as const },
    ],
    history: history(),
  });
  return {
    unit: 'ms',
    boundary: 'before',
    knowledge: 'event-time',
    keyColumns: ['account'],
    labels: Array.from({ length: COUNT }, (_, at) => ({
      row: BigInt(at),
      timeNs: BigInt(timeMs()) * NS_PER.ms,
      keys: { account: key() },
    })),
    joins: [group(0), group(1)],
  };
}
