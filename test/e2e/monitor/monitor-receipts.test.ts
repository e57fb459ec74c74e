/** Files of the history that are gone are missed by the receipts, though every entity has moved on since. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { followIngest, upload } from '@tidemark/cli/upload';
import type { ProfileName } from '@tidemark/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../harness.ts';
import { inFastTime } from '../ingest-files.ts';
import { GROUP, type PlantedStage, plantedStage } from './planted-stage.ts';
import { comparedGroup, type MonitorOutcome, runMonitor } from './run-monitor.ts';

const PLACES = 20;
const HOURS = PLACES + 3;
const REQUEST = { scope: 'recent', groups: [GROUP], offlineDelaySeconds: 1_200 } as const;

describe.each(['default', 'harsh'] as const)('with the %s profile', (profile: ProfileName) => {
  const data = temporaryDir();
  let bed: PlantedStage;
  let clean: MonitorOutcome;
  let damaged: MonitorOutcome;
  let lost: string[] = [];

  beforeAll(async () => {
    bed = await plantedStage(data, profile);
    const { stage, hoursAgo, loseHour } = bed;
    const rows = Array.from({ length: HOURS }, (_, at) =>
      ['ATL', 'JFK', 'ORD'].map((airport) => `${airport},${hoursAgo(at + 1)},${at + 1},1.5,0.25`),
    ).flat();
    const path = join(data, 'hours.csv');
    writeFileSync(path, `${['airport,hour_end,departures,mean_delay,share_late', ...rows].join('\n')}\n`);
    const receipt = await inFastTime(
      stage,
      upload(stage, path, 'airport-hours/hours.csv').then((one) => followIngest(stage, one)),
    );
    expect(receipt.rows).toEqual({ read: rows.length, accepted: rows.length, quarantined: 0 });
    expect(Object.keys(receipt.hours ?? {})).toHaveLength(HOURS);
    stage.instance.clock.advance(REQUEST.offlineDelaySeconds * 1_000);
    await stage.instance.drainOffline();
    clean = await runMonitor(stage, `${profile}-receipts-clean`, REQUEST);
    lost = Array.from({ length: PLACES }, (_, at) => hoursAgo(at + 3));
    for (const hour of lost) expect(await loseHour(hour)).toBeGreaterThan(0);
    damaged = await runMonitor(stage, `${profile}-receipts-damaged`, REQUEST);
  }, 300_000);
  afterAll(async () => {
    await bed?.stage.stop();
    removeDir(data);
  });

  test('a clean run reports nothing', () => expect(clean.found).toEqual([]));

  test('each lost hour is reported with its partition, and the rate is that of what the entities are served', () => {
    expect(damaged.found.map(({ kind, historyTime, entity }) => [kind, historyTime, entity])).toEqual(
      lost.map((hour) => ['lost-partition', hour, undefined]),
    );
    expect(comparedGroup(damaged, GROUP).consistency?.rate).toBe(1);
    for (const { look, historyTime } of damaged.found) expect(look.partition).toContain(`/hour=${historyTime?.slice(11, 13)}/`);
  });
});
