/** The same files into a stage whose history is in Glue format and one whose history is in Iceberg's: nobody can tell them apart. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { runBackfill } from '@tidemark/cli/follow-backfill';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { runQuery } from '@tidemark/cli/run-query';
import { restoreSnapshot, takeSnapshot } from '@tidemark/cli/run-snapshot';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { upload } from '@tidemark/cli/upload';
import { decodeWindowState, WINDOW_STATE_FEATURE } from '@tidemark/domain';
import type { ProfileName } from '@tidemark/engine';
import { type BackfillReceipt, type Catalogue, type DatasetManifest, ledgerKeys } from '@tidemark/pipeline';
import type { SentEvent } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyDefinitions, type DefinitionsCopy } from './definitions-copy.ts';
import { airportActivity, produce, windowsAt } from './departure-events.ts';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { inFastTime, ingestFiles } from './ingest-files.ts';
import { runMonitor } from './monitor/run-monitor.ts';
import { type OnlineValues, onlineStoreOf } from './online-store.ts';
import { type Cells, readParquetRows } from './raw-files.ts';
import { routeDays, week, writeRouteWeek, writeRouteWeekLabels } from './route-week.ts';
import { tidemark } from './tidemark-process.ts';

const GROUP = 'route-days';
const files = temporaryDir();
const written = writeRouteWeek(files);
const late = routeDays.filter((row) => row.late);
const labels = join(files, 'labels.csv');
const labelRows = writeRouteWeekLabels(labels);
const hours = join(files, 'hours.csv');
writeAirportHours(hours);

/** Around the full hours and days, where a history is cut, and as old as a time to live allows. */
function writeAirportHours(path: string): void {
  const origins = [...new Set(routeDays.map(({ key }) => key.split('|')[0]))];
  const times = ['02T23:59:59', '03T00:00:00', '05T00:59:59', '05T01:00:00', '07T00:00:01'].map((time) => `2001-03-${time}Z`);
  const rows = origins.flatMap((origin, at) => times.map((time, nth) => `${origin},${time},${at + nth},${(at + nth) / 4},0.25`));
  writeFileSync(path, `${['airport,hour_end,departures,mean_delay,share_late', ...rows].join('\n')}\n`);
}

interface Bed {
  readonly stage: RunningStage;
  readonly data: string;
}

/** Everything is in but the late files, of which nobody is told. */
async function openBed(name: 'dev' | 'production', profile: ProfileName, definitions?: string): Promise<Bed> {
  const data = temporaryDir();
  const stage = await startWithoutSchedules({
    data,
    stage: name,
    profile,
    ...(definitions === undefined ? {} : { definitions }),
  });
  const all = [...written.onTime, { path: hours, key: 'airport-hours/hours.csv' }];
  await inFastTime(stage, ingestFiles(stage, all), 200);
  await untilOffline(stage);
  await stage.s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: stage.names.bucket('raw'), NotificationConfiguration: {} }),
  );
  for (const { path, key } of written.late) await upload(stage, path, key);
  await upload(stage, labels, 'labels/labels.csv', stage.names.bucket('work'));
  return { stage, data };
}

async function untilOffline({ instance }: RunningStage): Promise<void> {
  instance.clock.advance(21 * 60_000);
  await instance.drainOffline();
}

const physical = (stage: RunningStage, group = GROUP) => `${stage.stage}-${group}-v1`;
const online = (stage: RunningStage): Promise<Map<string, OnlineValues>> => onlineStoreOf(stage).records(physical(stage));

async function history(stage: RunningStage): Promise<string[]> {
  const { offline } = (await stage.groups.describe(physical(stage))) ?? {};
  const rows = await runQuery(
    stage,
    `SELECT DISTINCT entity_key, event_time FROM "${offline?.database}"."${offline?.table}" ORDER BY 1, 2 LIMIT 999`,
  );
  return rows.map((row) => row.join(' '));
}

const catalogueOf = async (stage: RunningStage): Promise<Catalogue> =>
  JSON.parse(
    Buffer.from(
      (await stage.objects.read({ bucket: stage.names.bucket('ledger'), key: ledgerKeys.catalogue() })) ?? [],
    ).toString(),
  );

async function backfill(stage: RunningStage, id: string, dryRun = false): Promise<BackfillReceipt> {
  const [receipt] = await inFastTime(
    stage,
    runBackfill(stage, id, { group: GROUP, ...week, dryRun }, () => {}),
    200,
  );
  await untilOffline(stage);
  return receipt as BackfillReceipt;
}

const dataset = (stage: RunningStage, id: string): Promise<DatasetManifest> =>
  inFastTime(
    stage,
    buildDataset(
      stage,
      id,
      { view: 'departure-delay', labels: `s3://${stage.names.bucket('work')}/labels/labels.csv`, labelTime: 'label_time' },
      () => {},
    ),
  );

/** How many events a window state has counted; all are recent enough to be remembered. */
const seenBy = (state: string): number => decodeWindowState(airportActivity, state).seen.size;

/** In the order of the labels; a small data set is one file. */
async function rowsOf(stage: RunningStage, { id, files: parts }: DatasetManifest): Promise<Cells[]> {
  expect(parts).toHaveLength(1);
  const key = `datasets/${id}/part-00000.parquet`;
  const path = join(files, `${stage.stage}-${id}.parquet`);
  writeFileSync(path, (await stage.objects.read({ bucket: stage.names.bucket('datasets'), key })) ?? new Uint8Array());
  return readParquetRows(path);
}

let glue: Bed;
let glueDataset: DatasetManifest;
beforeAll(async () => {
  glue = await openBed('dev', 'default');
  await backfill(glue.stage, 'late');
  glueDataset = await dataset(glue.stage, 'whole');
}, 240_000);
afterAll(async () => {
  await glue?.stage.stop();
  removeDir(glue?.data ?? '');
  removeDir(files);
});

/** The harsh profile takes as long again and differs from the other tests' in the layout of files alone: only when asked for. */
const PROFILES: readonly ProfileName[] = process.env.ICEBERG_HARSH === undefined ? ['default'] : ['default', 'harsh'];

describe.each(PROFILES)('in Iceberg format, the engine %s', (profile) => {
  let stage: RunningStage;
  let data: string;
  let copy: DefinitionsCopy;
  beforeAll(async () => {
    copy = copyDefinitions();
    ({ stage, data } = await openBed('production', profile, copy.module));
  }, 240_000);
  afterAll(async () => {
    await stage?.stop();
    copy.remove();
    removeDir(data);
  });

  test('files lie by day in folders of their own below the table, which is the only one there is', async () => {
    const { groups } = await catalogueOf(stage);
    const { offline } = groups[GROUP] ?? {};
    expect(offline).toEqual({
      database: 'sagemaker_featurestore',
      table: expect.any(String),
      location: expect.any(String),
      tableFormat: 'iceberg',
    });
    const { location } = offline as { location: string };
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
    const keys: string[] = [];
    for await (const { key } of stage.objects.list(bucket, `${prefix}/`)) keys.push(key.slice(prefix.length));
    expect(keys.length).toBeGreaterThan(8);
    for (const key of keys) expect(key).toMatch(/^\/\w{8}\/event_time_trunc=2001-03-\d\d\/\d{8}T\d{6}Z_\w{16}\.parquet$/);
  });

  test('the online store holds what the twin holds', async () => {
    expect([...(await online(stage))]).toEqual([...(await online(glue.stage))]);
  });

  test('a backfill finds what came late, a dry run and a second one nothing that is there', async () => {
    const before = await history(stage);
    expect(before).toHaveLength(routeDays.length - late.length);
    expect((await backfill(stage, 'tried', true)).found).toEqual({ absent: late.length, changed: 0 });
    expect(await history(stage)).toEqual(before);
    expect((await backfill(stage, 'late')).rows.written).toBe(late.length);
    expect(await history(stage)).toEqual(await history(glue.stage));
    const again = await backfill(stage, 'again');
    expect([again.rows.written, again.found, again.writes]).toEqual([
      0,
      { absent: 0, changed: 0 },
      { online: 0, offlineOnly: 0, replaced: 0 },
    ]);
  });

  test('a data set has the content hash of the twin, and names the table that it was read from', async () => {
    const { rows, contentHash, coverage, lineage } = await dataset(stage, 'whole');
    expect(coverage.origin_departures).toBeGreaterThan(0);
    expect({ rows, contentHash, coverage }).toEqual({
      rows: labelRows,
      contentHash: glueDataset.contentHash,
      coverage: glueDataset.coverage,
    });
    expect(lineage.map(({ table }) => table)).toEqual(
      lineage.map(() => expect.stringMatching(/^sagemaker_featurestore\.production_.+_\d+$/)),
    );
    expect(glueDataset.lineage.every(({ table }) => table.startsWith('tidemark_dev.'))).toBe(true);
  });

  test('a snapshot brings every record back that was wiped', async () => {
    const before = await online(stage);
    expect(before.size).toBe(60);
    const manifest = await takeSnapshot(stage, 'kept', { groups: [GROUP, 'airport-hours'] }, () => {});
    expect(manifest.groups.map(({ group, rows }) => [group, rows])).toContainEqual([GROUP, before.size]);
    await onlineStoreOf(stage).wipe(physical(stage));
    const { counts } = await inFastTime(
      stage,
      restoreSnapshot(stage, 'back', { snapshot: 'kept' }, () => {}),
      200,
    );
    expect(counts).toMatchObject({ rows: manifest.rows, unequal: 0 });
    expect(await online(stage)).toEqual(before);
  });

  test('the monitor finds both stores consistent, in everything', async () => {
    const { found, report } = await runMonitor(stage, 'whole', { scope: 'full', groups: [GROUP], offlineDelaySeconds: 1_200 });
    expect(found).toEqual([]);
    expect(report.groups).toMatchObject([{ outcome: 'compared', entities: { compared: 60, inconsistent: 0 } }]);
  });

  test('windows are consistent with their events, made again from them, and in a data set what was served', async () => {
    const nowMs = stage.instance.clock.nowMs();
    const airports = ['ATL', 'JFK', 'LAX'];
    const events = Array.from({ length: 60 }, (_, at): SentEvent => {
      // Over an hour and a half back, at whole seconds and between: some are out of the window.
      const timeMs = nowMs - 60_000 - at * 90_500;
      const entity = airports[at % airports.length] as string;
      return { entity, id: `e${at}`, timeMs, arrivedMs: nowMs, values: { destination: 'ORD', delay: at } };
    });
    await produce(
      stage,
      events.map(({ entity, id, timeMs, values }) => ({
        partitionKey: entity,
        data: JSON.stringify({ id, airport: entity, scheduled: new Date(timeMs).toISOString(), ...values }),
      })),
    );
    const group = physical(stage, 'airport-activity');
    const states = async () => [...(await onlineStoreOf(stage).records(group)).values()];
    const consumed = async () => (await states()).reduce((sum, record) => sum + seenBy(record[WINDOW_STATE_FEATURE] ?? ''), 0);
    const served = async () =>
      (await states()).map(({ airport, departures_1h, delay_sum_1h }) => `${airport} ${departures_1h} ${delay_sum_1h}`);
    await expect.poll(consumed, { timeout: 120_000 }).toBe(events.length);
    const before = await served();
    await untilOffline(stage);

    const request = { scope: 'recent', groups: ['airport-activity'], offlineDelaySeconds: 1_200 } as const;
    const { found, report } = await runMonitor(stage, 'windows', request);
    expect(found).toEqual([]);
    expect(report.groups).toMatchObject([{ outcome: 'compared', entities: { compared: 3, inconsistent: 0 } }]);

    const labelTime = new Date(nowMs).toISOString();
    const path = join(files, `${profile}-now.csv`);
    writeFileSync(path, `${['airport,label_time', ...airports.map((airport) => `${airport},${labelTime}`)].join('\n')}\n`);
    await upload(stage, path, 'labels/now.csv', stage.names.bucket('work'));
    const manifest = await inFastTime(
      stage,
      buildDataset(
        stage,
        'now',
        { view: 'airport-now', labels: `s3://${stage.names.bucket('work')}/labels/now.csv`, labelTime: 'label_time' },
        () => {},
      ),
    );
    const names = ['departures_1h', 'delay_sum_1h', 'delay_max_3h'] as const;
    const pick = (row: Readonly<Record<string, unknown>>) => names.map((name) => Number(row[name]));
    expect((await rowsOf(stage, manifest)).map(pick)).toEqual(airports.map((airport) => pick(windowsAt(events, airport, nowMs))));

    await onlineStoreOf(stage).wipe(group);
    const { windows } = await inFastTime(
      stage,
      restoreSnapshot(stage, 'windows-back', { snapshot: 'kept', groups: ['airport-activity'] }, () => {}),
      200,
    );
    expect(windows).toMatchObject([{ stream: 'departures', status: 'SUCCEEDED' }]);
    expect(await served()).toEqual(before);
  });

  test('a definition that declares another format is refused with both ways out', async () => {
    copy.edit(`  name: '${GROUP}',\n`, `  name: '${GROUP}',\n  tableFormat: 'glue',\n`);
    const { code, stderr } = await tidemark(
      'apply',
      '--plan',
      '--stage',
      'production',
      '--definitions',
      copy.module,
      '--data',
      data,
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain("cannot become glue (`tableFormat: 'iceberg'` keeps it); raise `version` of route-days to 2");
  });
});
