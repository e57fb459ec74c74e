/** Windows that count an event twice, or not at all, or one that the history does not have. */
import type { RunningStage } from '@tidemark/cli/start-stage';
import { digestEvent } from '@tidemark/domain';
import type { ProfileName } from '@tidemark/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, startWithoutSchedules, temporaryDir } from '../harness.ts';
import { activity, departure, stateOf, windowStores } from './planted-windows.ts';
import { comparedGroup, entityNames, type MonitorOutcome, runMonitor } from './run-monitor.ts';

const PLACES = 20;
const MINUTE_MS = 60_000;
const REQUEST = { scope: 'recent', groups: [activity.name], offlineDelaySeconds: 1_200 } as const;
const airports = (prefix: string) => Array.from({ length: PLACES }, (_, at) => `${prefix}${at}`);
const COUNTED = ['departures_1h', 'delay_sum_1h'];

describe.each(['default', 'harsh'] as const)('with the %s profile', (profile: ProfileName) => {
  const data = temporaryDir();
  const planted: string[] = [];
  let stage: RunningStage;
  let clean: MonitorOutcome;
  let damaged: MonitorOutcome;

  beforeAll(async () => {
    stage = await startWithoutSchedules({ data, profile });
    const { history, online } = windowStores(stage);
    const nameOf = entityNames(data);
    const plant = (airport: string, kind: string) => planted.push(`${kind} ${nameOf(airport)}`);
    const nowMs = stage.instance.clock.nowMs();
    /** Before the run begins, after the hour did, so that the windows reach back to it. */
    const events = (airport: string) =>
      [50, 40, 30, 20].map((minutes, at) => departure(airport, `${airport}-${at}`, nowMs - minutes * MINUTE_MS));
    const sound = ['sound', 'doubled', 'stale', 'missing', 'extra', 'broken'].flatMap(airports);
    for (const airport of sound) {
      await history(events(airport));
      await online(airport, stateOf(events(airport)));
    }
    clean = await runMonitor(stage, `${profile}-windows-clean`, REQUEST);

    const late = (airport: string) => departure(airport, `${airport}-late`, nowMs - 15 * MINUTE_MS);
    for (const airport of airports('doubled')) {
      const copy = { ...late(airport), id: 'copy' };
      const doubled = stateOf([...events(airport), late(airport), copy]);
      await history([late(airport)]);
      await online(airport, { ...doubled, seen: new Map([...doubled.seen].filter(([digest]) => digest !== digestEvent(copy))) });
      plant(airport, 'doubled-window');
    }
    for (const airport of airports('stale')) {
      await history([late(airport)]);
      plant(airport, 'stale');
    }
    for (const airport of airports('missing-state')) {
      await history(events(airport));
      plant(airport, 'missing');
    }
    for (const airport of airports('extra')) {
      await online(airport, stateOf([...events(airport), late(airport)]));
      plant(airport, 'extra');
    }
    for (const airport of airports('broken')) {
      await online(airport, { ...stateOf([...events(airport), late(airport)]) }, 'no state');
      plant(airport, 'wrong-type');
    }
    stage.instance.clock.advance(REQUEST.offlineDelaySeconds * 1_000);
    await stage.instance.drainOffline();
    damaged = await runMonitor(stage, `${profile}-windows-damaged`, REQUEST);
  }, 300_000);
  afterAll(async () => {
    await stage?.stop();
    removeDir(data);
  });

  test('a clean run over all entities reports nothing', () => {
    expect(clean.found).toEqual([]);
    expect(comparedGroup(clean, activity.name)).toMatchObject({
      entities: { compared: 6 * PLACES, inconsistent: 0, inFlight: 0, unread: 0 },
      consistency: { rate: 1 },
      isWhole: true,
    });
  });

  test('every kind, planted in 20 places, is reported with its kind', () => {
    expect(damaged.found.map(({ kind, entity }) => `${kind} ${entity}`).sort()).toEqual([...planted].sort());
  });

  test('a window that counts an event twice is named by its features', () => {
    const doubled = damaged.found.filter(({ kind }) => kind === 'doubled-window');
    expect(doubled).toHaveLength(PLACES);
    for (const { features } of doubled) {
      for (const feature of COUNTED) expect(features).toContain(feature);
      expect(features).not.toContain('delay_max_3h');
      expect(features).not.toContain('destinations_1h');
    }
  });
});
