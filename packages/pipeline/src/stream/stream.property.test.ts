import { emptyWindowState, evaluateWindows, type HistoryEvent, sealLineMs, type WindowedGroup } from '@tidemark/domain';
import {
  acceptedOf,
  entityStream,
  expectedWindows,
  judgeStream,
  probeTimes,
  type SentEvent,
  type StreamOptions,
  windowedGroups,
} from '@tidemark/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rebuildInWorld } from '../rebuild/rebuild-in-world.fixture.ts';
import { type DeliveryOptions, deliver, shardsOf } from './shards.fixture.ts';
import { recordOf, withoutEmptyTexts } from './stream-of-group.fixture.ts';
import type { StreamQuarantineLine } from './stream-quarantine.ts';
import { createStreamWorld, type StreamWorld } from './stream-world.fixture.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const ENTITIES = ['A', "it's", 'é'] as const;
const IN_ORDER: StreamOptions = { conflicts: true, wobble: true, maxEvents: 12 };
const NO_CONFLICTS: StreamOptions = { conflicts: false, wobble: false, maxEvents: 10 };
const MOST_PROBES = 60;

interface Scenario {
  readonly group: WindowedGroup;
  /** In the order of the stream. */
  readonly sent: readonly SentEvent[];
  readonly equalEventTime: 'overwrite' | 'ignore';
  readonly seed: number;
}

const scenario = (options: StreamOptions): fc.Arbitrary<Scenario> =>
  fc.constantFrom(...windowedGroups).chain((group) =>
    fc.record({
      group: fc.constant(group),
      sent: fc.tuple(...ENTITIES.map((entity) => entityStream(group, entity, options))).map(mixed),
      equalEventTime: fc.constantFrom('overwrite' as const, 'ignore' as const),
      seed: fc.nat(),
    }),
  );

/** Several streams as one, each in its own order. */
const mixed = (streams: readonly SentEvent[][]): SentEvent[] => {
  const open = streams.map((stream) => [...stream]);
  const all: SentEvent[] = [];
  for (let at = 0; open.some((stream) => stream.length > 0); at += 1)
    all.push(...(open[at % open.length]?.splice(0, 1 + (at % 3)) ?? []));
  return all.map(withoutEmptyTexts);
};

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mix = Math.imul(state ^ (state >>> 15), 1 | state);
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix;
    return ((mix ^ (mix >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Run extends Scenario {
  readonly world: StreamWorld;
  readonly random: () => number;
}

async function run({ group, sent, equalEventTime, seed }: Scenario, options: Partial<DeliveryOptions> = {}): Promise<Run> {
  const random = randomOf(seed);
  const world = createStreamWorld({ group, equalEventTime, random, faultShare: 0.05 });
  world.calm = true;
  const shards = shardsOf(
    sent.map((one, at) => recordOf(one, at)),
    random,
  );
  const { redeliveryMs } = group.windowed;
  await deliver(world, shards, { random, spanMs: redeliveryMs, redeliverShare: 0.2, discardShare: 0, ...options });
  return { group, sent, equalEventTime, seed, world, random };
}

const ofEntity = (sent: readonly SentEvent[], entity: string) => sent.filter((one) => one.entity === entity);
const identities = (events: readonly (SentEvent | HistoryEvent)[]) =>
  [...new Set(events.map((one) => JSON.stringify([one.timeMs, one.id, one.values])))].sort();

/** The states and the history are those of the accepted events. */
function expectExact({ group, sent, world, random }: Run): void {
  world.settle();
  const history = Map.groupBy(world.history(), (row) => row.entityKey);
  for (const entity of ENTITIES) {
    const stream = ofEntity(sent, entity);
    const accepted = acceptedOf(stream, group.windowed);
    expect(identities(history.get(entity) ?? [])).toEqual(identities(accepted));
    const state = world.stateOf(entity) ?? emptyWindowState(group);
    const probes = probeTimes(group, stream).filter((timeMs) => timeMs >= sealLineMs(group, state));
    const from = Math.floor(random() * Math.max(1, probes.length - MOST_PROBES));
    for (const timeMs of probes.slice(from, from + MOST_PROBES)) {
      const expected = expectedWindows(group, accepted, entity, BigInt(timeMs) * 1_000_000n);
      const answered = evaluateWindows(group, state, timeMs);
      if (JSON.stringify(answered) !== JSON.stringify(expected))
        expect({ entity, timeMs, ...answered }).toEqual({ entity, timeMs, ...expected });
    }
  }
}

/**
 * What waits in quarantine. A conflict may go unseen where a later copy of the very event is accepted in the same batch, since
 * its id is free by then, and the batch comes again: then it is a duplicate of what counts.
 */
function refusedOf({ group, sent }: Scenario) {
  const [must, may] = [new Set<string>(), new Set<string>()];
  for (const entity of ENTITIES) {
    const stream = ofEntity(sent, entity);
    const counted = new Set(identities(acceptedOf(stream, group.windowed)));
    for (const [at, verdict] of judgeStream(stream, group.windowed).entries()) {
      if (!verdict.startsWith('EVENT_')) continue;
      const one = stream[at] as SentEvent;
      const line = `${recordOf(one, sent.indexOf(one)).sequenceNumber} ${verdict}`;
      may.add(line);
      if (identities([one]).every((identity) => !counted.has(identity))) must.add(line);
    }
  }
  return { must, may };
}

function quarantined({ objects }: StreamWorld): StreamQuarantineLine[] {
  const lines = [...objects.objects]
    .filter(([key]) => key.startsWith('ledger/quarantine/'))
    .flatMap(([, body]) => Buffer.from(body).toString('utf8').trimEnd().split('\n'));
  return lines.map((line) => JSON.parse(line) as StreamQuarantineLine);
}

const params = (numRuns: number) => ({ seed: SEED, numRuns, interruptAfterTimeLimit: 200_000, markInterruptAsFailure: true });
const TIMEOUT = { timeout: 240_000 };

// Three streams a run: 1,200 streams in all.
describe(`a stream through its function (FAST_CHECK_SEED=${SEED})`, () => {
  test(
    'whatever dies, times out, lands late or comes again: every window is what the oracle says, and what is refused waits in quarantine',
    TIMEOUT,
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario(IN_ORDER), async (one) => {
          const done = await run(one);
          expectExact(done);
          const lines = quarantined(done.world);
          const waiting = new Set(lines.map(({ sequenceNumber, code }) => `${sequenceNumber} ${code}`));
          const { must, may } = refusedOf(one);
          expect([...must].filter((line) => !waiting.has(line))).toEqual([]);
          expect([...waiting].filter((line) => !may.has(line))).toEqual([]);
        }),
        params(140),
      );
    },
  );

  test('records in any order, within and across batches, make the same windows', TIMEOUT, async () => {
    const shuffled = scenario(NO_CONFLICTS).chain((one) =>
      fc
        .shuffledSubarray([...one.sent], { minLength: one.sent.length })
        .map((sent) => ({ ...one, group: patient(one.group), sent })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async (one) => expectExact(await run(one))),
      params(120),
    );
  });

  test(
    'batches that are given up and redriven are as if they had never failed; a second redrive and a rebuild change nothing',
    TIMEOUT,
    async () => {
      let redriven = 0;
      await fc.assert(
        fc.asyncProperty(scenario(NO_CONFLICTS), async (one) => {
          const done = await run(one, { discardShare: 0.5 });
          const receipt = await rebuildInWorld(done, 'redrive');
          redriven += receipt.failures?.records ?? 0;
          expectExact(done);
          expect((await rebuildInWorld(done, 'redrive')).failures?.records).toBe(0);
          const again = await rebuildInWorld(done, 'rebuild');
          expect(Object.values(again.groups).map(({ changed }) => changed)).toEqual([0]);
          expectExact(done);
        }),
        params(140),
      );
      expect(redriven).toBeGreaterThan(100);
    },
  );
});

/** Ids are remembered for as long as anything of the stream may come again. */
const patientGroups = new Map<WindowedGroup, WindowedGroup>();
function patient(group: WindowedGroup): WindowedGroup {
  const made = patientGroups.get(group) ?? { ...group, windowed: { ...group.windowed, redeliveryMs: 600_000 } };
  patientGroups.set(group, made);
  return made;
}
