/** What people do to a stream: look at it, take up what failed, make states again. Each time the windows are the oracle's. */

import { followExecution } from '@tidemark/cli/follow-execution';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { streamClients } from '@tidemark/cli/stream-clients';
import {
  decideEvent,
  decodeWindowState,
  emptyWindowState,
  encodeEvent,
  encodeWindowState,
  fromMs,
  isRefusal,
  printIso,
  WINDOW_STATE_FEATURE,
} from '@tidemark/domain';
import type { ProfileName } from '@tidemark/engine';
import type { RebuildReceipt, RebuildRequest } from '@tidemark/pipeline';
import type { SentEvent } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AIRPORTS, airportActivity, type PlannedRecord, produce, windowsAt } from './departure-events.ts';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { onlineStoreOf } from './online-store.ts';
import { tidemark } from './tidemark-process.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const STATES = 'dev-airport-activity-v1';

/** Departures of the last three hours, each sent twice in a row where `twice` says so. */
function departures(name: string, count: number, twice: (at: number) => boolean): PlannedRecord[] {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, at) => {
    const event = {
      id: `${name}${at}`,
      airport: AIRPORTS[at % AIRPORTS.length] as string,
      destination: ['SFO', 'BOS', 'DEN'][at % 3] as string,
      scheduled: new Date(nowMs - ((at * 7_919_003) % (180 * MINUTE))).toISOString(),
      delay: ((at * 37) % 90) - 15,
    };
    const accepted: SentEvent = {
      entity: event.airport,
      id: event.id,
      timeMs: Date.parse(event.scheduled),
      arrivedMs: nowMs,
      values: { destination: event.destination, delay: event.delay },
    };
    const record = { partitionKey: event.airport, data: JSON.stringify(event) };
    return twice(at) ? [{ ...record, accepted }, record] : [{ ...record, accepted }];
  }).flat();
}

describe.each<{ profile: ProfileName }>([{ profile: 'default' }])('profile $profile', ({ profile }) => {
  const data = temporaryDir();
  let stage: RunningStage;
  const accepted: SentEvent[] = [];
  const send = async (records: readonly PlannedRecord[]) => {
    await produce(stage, records);
    accepted.push(...records.flatMap((one) => one.accepted ?? []));
  };
  const mappingStates = async () => (await streamClients(stage).mappings.of('dev-departures')).map(({ state }) => state);
  const setEnabled = async (enabled: boolean) => {
    const { mappings } = streamClients(stage);
    for (const { id } of await mappings.of('dev-departures')) await mappings.setEnabled(id, enabled);
    await expect.poll(mappingStates).toEqual([enabled ? 'Enabled' : 'Disabled']);
  };
  /** Follows it, and lets the engine's time pass where it waits. */
  const run = async (id: string, request: RebuildRequest): Promise<RebuildReceipt> => {
    const waits: Readonly<Record<string, number>> = {
      Settle: stage.names.offlineDelaySeconds * 1_000 + 1_000,
      'Have patience': MINUTE + 1_000,
    };
    // A flush of the offline store takes its time on the machine, however fast the engine's passes.
    stage.instance.clock.advance(waits.Settle ?? 0);
    await stage.instance.drainOffline();
    await stage.executions.start('rebuild-windows', id, request);
    return followExecution(stage, 'rebuild-windows', id, id, (state) => stage.instance.clock.advance(waits[state] ?? 0));
  };
  const status = async () => {
    const { code, stdout } = await tidemark('stream', 'status', '--json', '--last', '8d', '--data', data);
    return { code, ...JSON.parse(stdout) };
  };
  const answers = async () => {
    const { api, token } = stage.engine;
    const body = JSON.stringify({ rows: AIRPORTS.map((airport) => ({ airport })) });
    const answer = await fetch(`${api}/features/airport-now`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    const { asOf, rows } = (await answer.json()) as {
      asOf: string;
      rows: { features: Record<string, { value: unknown }> }[];
    };
    const found = rows.map(({ features }) =>
      Object.fromEntries(Object.entries(features).map(([name, { value }]) => [name, value])),
    );
    return { found, expected: AIRPORTS.map((airport) => windowsAt(accepted, airport, Date.parse(asOf))) };
  };
  const expectExact = async () => {
    const { found, expected } = await answers();
    expect(found).toEqual(expected);
  };

  beforeAll(async () => {
    stage = await startWithoutSchedules({ data, profile });
    await send(departures('a', 200, (at) => at % 4 === 0));
    await stage.instance.idle();
  }, 300_000);
  afterAll(async () => {
    await stage?.stop();
    removeDir(data);
  });

  test('status adds up what was sent, and nothing waits', async () => {
    const { code, records, groups, shards, failures, mappings } = await status();
    expect(code).toBe(0);
    const counts = groups['airport-activity'];
    expect(counts.in).toBe(counts.accepted + counts.duplicates + counts.quarantined);
    if (profile === 'default') {
      expect(records).toBe(250);
      expect([counts.accepted, counts.duplicates]).toEqual([200, 50]);
    }
    expect(shards.map(({ behindMs }: { behindMs: number }) => behindMs)).toEqual(shards.map(() => 0));
    expect(failures.objects).toBe(0);
    expect(mappings.map(({ state }: { state: string }) => state)).toEqual(['Enabled']);
    await expectExact();
  });

  // Beyond the future tolerance, the engine's time and that of the answers are too far apart for new events.
  test.runIf(profile === 'default')('the stream goes on upon states that were made again', async () => {
    const receipt = await run('first', { stream: 'departures', mode: 'rebuild' });
    expect(receipt.groups['airport-activity']).toMatchObject({ entities: AIRPORTS.length, changed: 0, missing: 0 });
    await send(departures('c', 50, () => false));
    await stage.instance.idle();
    await expectExact();
  });

  test('batches that were given up are redriven: as if they had never failed, and only once', async () => {
    await setEnabled(false);
    await send(departures('b', 100, (at) => at % 5 === 0));
    const waiting = await status();
    expect(waiting.code).toBe(4);
    // Whatever arrived from now on would be six days late.
    stage.instance.clock.advance(6 * DAY + MINUTE);
    await setEnabled(true);
    await stage.instance.idle();
    const failed = await status();
    expect(failed.failures.objects).toBeGreaterThan(0);
    const { found, expected } = await answers();
    expect(found).not.toEqual(expected);

    const receipt = await run('redrive', { stream: 'departures', mode: 'redrive' });
    expect(receipt.failures).toMatchObject({ records: 120, windowed: 120, direct: 120, refused: {} });
    expect(receipt.groups['airport-activity']).toMatchObject({ accepted: 100, duplicates: 20, refused: {}, missing: 0 });
    await expectExact();
    expect(await mappingStates()).toEqual(['Enabled']);
    expect((await status()).failures.objects).toBe(0);
    expect(await tidemark('stream', 'redrive', '--data', data)).toMatchObject({
      code: 0,
      stdout: 'Nothing waits to be redriven.\n',
    });
  });

  test('a state that was spoiled is made again from the history', async () => {
    const store = onlineStoreOf(stage);
    const record = (await store.records(STATES)).get('ATL') ?? {};
    const later = printIso(fromMs(Date.parse(record.event_time ?? '') + 1), 'ms');
    const spoiled = encodeWindowState(airportActivity, emptyWindowState(airportActivity));
    await store.put(STATES, { ...record, event_time: later, [WINDOW_STATE_FEATURE]: spoiled });
    expect((await answers()).found).not.toEqual((await answers()).expected);

    const receipt = await run('rebuild', { stream: 'departures', mode: 'rebuild' });
    expect(receipt.groups['airport-activity']).toMatchObject({ entities: AIRPORTS.length, changed: 1, missing: 0 });
    await expectExact();
  });

  test('a state that counted what the history does not have is left alone, the stream goes on, and only force forgets it', async () => {
    const store = onlineStoreOf(stage);
    const record = (await store.records(STATES)).get('JFK') ?? {};
    const state = decodeWindowState(airportActivity, record[WINDOW_STATE_FEATURE] ?? '');
    const event = encodeEvent(airportActivity, {
      airport: 'JFK',
      eventId: 'of nobody',
      eventTime: new Date().toISOString(),
      destination: 'SFO',
      delay: 1,
    });
    if (isRefusal(event)) throw new Error(event.code);
    const decision = decideEvent(airportActivity, state, event, { arrivedMs: state.arrivedMs, partitionKey: 'JFK' });
    expect(decision.outcome).toBe('accepted');
    const ahead = encodeWindowState(airportActivity, decision.state);
    const later = printIso(fromMs(Date.parse(record.event_time ?? '') + 1), 'ms');
    await store.put(STATES, { ...record, event_time: later, [WINDOW_STATE_FEATURE]: ahead });

    await expect(run('behind', { stream: 'departures', mode: 'rebuild' })).rejects.toThrow(
      /counted 1 events that the event history/,
    );
    expect(await mappingStates()).toEqual(['Enabled']);
    expect((await store.records(STATES)).get('JFK')?.[WINDOW_STATE_FEATURE]).toBe(ahead);
    await run('forced', { stream: 'departures', mode: 'rebuild', force: true });
    await expectExact();
  });
});
