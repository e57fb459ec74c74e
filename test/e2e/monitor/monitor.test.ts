/** What the monitor says of stores that were damaged on purpose, of sound ones, and of writes that are on their way. */

import type { StageStatus } from '@tidemark/cli/stage-status';
import type { ProfileName } from '@tidemark/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../harness.ts';
import { tidemark } from '../tidemark-process.ts';
import { GROUP, hourOf, type Planted, type PlantedStage, plantedStage } from './planted-stage.ts';
import { comparedGroup, entityNames, type MonitorOutcome, runMonitor } from './run-monitor.ts';

const PLACES = 20;
const REQUEST = { scope: 'recent', groups: [GROUP], offlineDelaySeconds: 1_200 } as const;
const FEATURES = ['departures', 'mean_delay', 'share_late'];
const airports = (prefix: string) => Array.from({ length: PLACES }, (_, at) => `${prefix}${at}`);

/** Each airport has sound rows of the last hours. All but the lost ones have their newest row in hours that stay. */
const SOUND_HOURS = [9, 6, 3];
const LOST_HOUR = 2;

async function plantAll({ put, remove, loseHour, hoursAgo, nowMs }: PlantedStage): Promise<Planted[]> {
  const newest = hoursAgo(SOUND_HOURS.at(-1) as number);
  const planted: Planted[] = [];
  const plant = (airport: string, kind: Planted['kind'], features: readonly string[]) =>
    planted.push({ airport, kind, features });

  for (const airport of airports('stale')) {
    await put([hourOf(airport, hoursAgo(1), 11)], ['OfflineStore']);
    plant(airport, 'stale', ['departures']);
  }
  for (const [at, airport] of airports('missing').entries()) {
    if (at % 2 === 0) {
      await remove(airport, hoursAgo(1), ['OnlineStore'], at % 4 === 0 ? 'SoftDelete' : 'HardDelete');
      plant(airport, 'missing', FEATURES);
    } else {
      await remove(airport, hoursAgo(1), ['OnlineStore'], 'HardDelete');
      const { share_late: _, ...without } = hourOf(airport, newest);
      await put([without], ['OnlineStore']);
      plant(airport, 'missing', ['share_late']);
    }
  }
  for (const [at, airport] of airports('extra').entries()) {
    if (at % 4 === 0) {
      await put([hourOf(airport, hoursAgo(1), 12)], ['OnlineStore']);
      plant(airport, 'extra', FEATURES);
    } else if (at % 4 === 1) {
      await put([hourOf(`new-${airport}`, newest)], ['OnlineStore']);
      plant(`new-${airport}`, 'extra', FEATURES);
    } else if (at % 4 === 2) {
      await remove(airport, hoursAgo(1), ['OfflineStore']);
      plant(airport, 'extra', FEATURES);
    } else {
      await remove(airport, hoursAgo(1), ['OnlineStore'], 'HardDelete');
      await put([{ ...hourOf(airport, newest), mean_delay: '99' }], ['OnlineStore']);
      plant(airport, 'extra', ['mean_delay']);
    }
  }
  for (const [at, airport] of airports('wrong').entries()) {
    const hour = hourOf(airport, hoursAgo(1));
    await put([
      at % 2 === 0 ? { ...hour, departures: '9007199254740993' } : { ...hour, eventTime: hour.eventTime.replace('Z', '.5Z') },
    ]);
    plant(airport, 'wrong-type', [at % 2 === 0 ? 'departures' : 'event_time']);
  }
  for (const [at, airport] of airports('skewed').entries()) {
    // The clock has moved by hours since `nowMs`, and whatever the minute this began at: these lie well ahead of it.
    await put([hourOf(airport, new Date(nowMs + (at + 6) * 3_600_000).toISOString().replace('.000Z', 'Z'))]);
    plant(airport, 'clock-skew', ['event_time']);
  }
  expect(await loseHour(hoursAgo(LOST_HOUR))).toBeGreaterThan(0);
  for (const airport of airports('lost')) plant(airport, 'lost-partition', FEATURES);
  return planted;
}

describe.each(['default', 'harsh'] as const)('with the %s profile', (profile: ProfileName) => {
  const data = temporaryDir();
  let bed: PlantedStage;
  let clean: MonitorOutcome;
  let inFlight: MonitorOutcome;
  let damaged: MonitorOutcome;
  let planted: readonly Planted[];

  const everyAirport = ['stale', 'missing', 'extra', 'wrong', 'skewed', 'lost', 'sound'].flatMap(airports);

  beforeAll(async () => {
    bed = await plantedStage(data, profile);
    const { stage, put, hoursAgo } = bed;
    for (const hours of SOUND_HOURS) await put(everyAirport.map((airport) => hourOf(airport, hoursAgo(hours))));
    await put(airports('lost').map((airport) => hourOf(airport, hoursAgo(LOST_HOUR))));
    clean = await runMonitor(stage, `${profile}-clean`, REQUEST);
    inFlight = await runMonitor(stage, `${profile}-in-flight`, REQUEST, async () => {
      await put(
        airports('sound').map((airport) => hourOf(airport, hoursAgo(1), 13)),
        ['OnlineStore'],
      );
      await put(
        airports('lost').map((airport) => hourOf(`late-${airport}`, hoursAgo(1))),
        ['OnlineStore'],
      );
    });
    // What was in flight arrives.
    await put(
      airports('sound').map((airport) => hourOf(airport, hoursAgo(1), 13)),
      ['OfflineStore'],
    );
    await put(
      airports('lost').map((airport) => hourOf(`late-${airport}`, hoursAgo(1))),
      ['OfflineStore'],
    );
    stage.instance.clock.advance(REQUEST.offlineDelaySeconds * 1_000);
    await stage.instance.drainOffline();
    planted = await plantAll(bed);
    stage.instance.clock.advance(REQUEST.offlineDelaySeconds * 1_000);
    await stage.instance.drainOffline();
    damaged = await runMonitor(stage, `${profile}-damaged`, REQUEST);
  }, 300_000);
  afterAll(async () => {
    await bed?.stage.stop();
    removeDir(data);
  });

  test('a clean run over all entities reports nothing', () => {
    expect(clean.found).toEqual([]);
    expect(comparedGroup(clean, GROUP)).toMatchObject({
      entities: { compared: everyAirport.length, inconsistent: 0, inFlight: 0, unread: 0 },
      consistency: { rate: 1, low: 1, high: 1 },
      isWhole: true,
      completeness: { share: 1 },
    });
  });

  test('what was written during the run is in flight, not inconsistent', () => {
    expect(inFlight.found).toEqual([]);
    expect(comparedGroup(inFlight, GROUP).entities).toEqual({
      compared: everyAirport.length - PLACES,
      inconsistent: 0,
      inFlight: PLACES,
      unread: 0,
    });
  });

  test('every kind, planted in 20 places, is reported with its kind and features, and nothing else is', () => {
    const nameOf = entityNames(data);
    const order = (lines: readonly { entity: string | undefined; kind: string; features: readonly string[] }[]) =>
      lines.map(({ entity, kind, features }) => `${kind} ${features.join()} ${entity}`).sort();
    expect(order(damaged.found)).toEqual(order(planted.map(({ airport, ...one }) => ({ ...one, entity: nameOf(airport) }))));
    const counts = Map.groupBy(planted, ({ kind }) => kind);
    for (const [kind, places] of counts) expect([kind, places.length]).toEqual([kind, PLACES]);
  });

  test('every line says where to look, and names no key and no value', () => {
    for (const line of damaged.found) {
      expect(line.look.partition).toMatch(/^s3:\/\/.+\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\/$/);
      expect(line).toMatchObject({ group: GROUP, keyId: 'k1', look: { execution: `${profile}-damaged` } });
    }
    const text = JSON.stringify(damaged.found);
    for (const { airport } of planted) expect(text).not.toContain(`"${airport}"`);
  });

  test('the rate counts what differs; a clock that is ahead is no difference', () => {
    const { entities, consistency } = comparedGroup(damaged, GROUP);
    const differing = planted.filter(({ kind }) => kind !== 'clock-skew').length;
    expect(entities.inconsistent).toBe(differing);
    expect(consistency?.rate).toBeCloseTo(1 - differing / entities.compared, 10);
  });

  test('`tidemark status` says what is in alarm, and its exit code says that something is', async () => {
    const status = await tidemark('status', '--json', '--data', data);
    expect(status.code).toBe(5);
    const { groups, alarms } = JSON.parse(status.stdout) as StageStatus;
    expect(alarms.map(({ name }) => name)).toContain('group-airport-hours-v1-consistency-rate-high');
    const group = groups.find((one) => one.group === GROUP);
    expect(group?.offlineRows).toBeGreaterThan(SOUND_HOURS.length * everyAirport.length);
    expect(group?.comparison).toMatchObject({ kinds: { stale: PLACES, missing: PLACES, 'lost-partition': PLACES } });
  });

  test('`tidemark inconsistencies` lists one kind', async () => {
    const run = `${profile}-damaged`;
    const { code, stdout } = await tidemark('inconsistencies', '--run', run, '--kind', 'stale', '--json', '--data', data);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { inconsistencies: unknown[] }).inconsistencies).toHaveLength(PLACES);
  });

  test('metrics of the run can be looked up by group', () => {
    const of = (name: string) =>
      bed.stage.instance.metrics.query({ namespace: 'FeatureStore', name, dimensions: { FeatureGroup: 'dev-airport-hours-v1' } });
    for (const name of ['EventLag', 'FeatureCompleteness', 'ConsistencyRate', 'ConsistencyRateLow', 'ConsistencyRateHigh'])
      expect([name, of(name).length > 0]).toEqual([name, true]);
    expect(Math.max(...of('Inconsistencies').map((one) => one.maximum))).toBe(planted.length);
  });
});
