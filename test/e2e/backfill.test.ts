/** Raw files through today's definition again: what the history lacks is written, once, and nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { runBackfill } from '@tidemark/cli/follow-backfill';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { runQuery } from '@tidemark/cli/run-query';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { upload } from '@tidemark/cli/upload';
import type { ProfileName } from '@tidemark/engine';
import { type BackfillReceipt, type BackfillRequest, type EndedBackfill, ledgerKeys } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyDefinitions, type DefinitionsCopy } from './definitions-copy.ts';
import { removeDir, temporaryDir } from './harness.ts';
import { inFastTime, ingestFiles } from './ingest-files.ts';
import { onlineStoreOf } from './online-store.ts';
import { isInWeek, iso, routeDays, week, writeRouteWeek, writeRouteWeekLabels } from './route-week.ts';
import { tidemark } from './tidemark-process.ts';
import { until } from './until.ts';

const GROUP = 'route-days';
const DAY_MS = 86_400_000;
const files = temporaryDir();
const written = writeRouteWeek(files);
const labels = join(files, 'labels.csv');
const labelRows = writeRouteWeekLabels(labels);
const late = routeDays.filter((row) => row.late);
const inWeek = routeDays.filter(isInWeek);

afterAll(() => removeDir(files));

describe.each<ProfileName>(['default', 'harsh'])('a backfill, the engine %s', (profile) => {
  /** What is the same however the services behave. */
  const testOnce = test.runIf(profile === 'default');
  const data = temporaryDir();
  let copy: DefinitionsCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    copy = copyDefinitions();
    stage = await startStage({ data, port: 0, apiPort: 0, stage: 'dev', profile, definitions: copy.module });
    // Past three in the morning of the next day: the schedule has fired, and will not for the length of these tests.
    const { clock } = stage.instance;
    clock.advance(DAY_MS - (clock.nowMs() % DAY_MS) + 200 * 60_000);
    await quickly(untilNoneRuns());
    await quickly(ingestFiles(stage, written.onTime));
    await untilOffline();
    // Nobody is told of the late files.
    await stage.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: stage.names.bucket('raw'), NotificationConfiguration: {} }),
    );
    for (const { path, key } of written.late) await upload(stage, path, key);
    await upload(stage, labels, 'labels/labels.csv', stage.names.bucket('work'));
  }, 480_000);
  afterAll(async () => {
    await stage?.stop();
    copy.remove();
    removeDir(data);
  });

  /** Minutes pass in seconds. */
  async function quickly<T>(work: Promise<T>): Promise<T> {
    if (profile === 'default') return inFastTime(stage, work);
    const ticking = setInterval(() => stage.instance.clock.advance(20_000), 100);
    try {
      return await work;
    } finally {
      clearInterval(ticking);
    }
  }

  async function untilOffline(): Promise<void> {
    stage.instance.clock.advance(20 * 60_000);
    await stage.instance.drainOffline();
  }

  async function executions() {
    const stateMachineArn = stage.names.machineArn('backfill');
    const { executions: found = [] } = await stage.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    return Promise.all(found.map(({ executionArn }) => stage.sfn.send(new DescribeExecutionCommand({ executionArn }))));
  }
  const untilNoneRuns = () =>
    until('no backfill runs', async () => (await executions()).every(({ status }) => status !== 'RUNNING'));

  let runs = 0;
  async function backfill(request: BackfillRequest): Promise<BackfillReceipt> {
    const receipts = await quickly(runBackfill(stage, `run-${++runs}`, request, () => {}));
    expect(receipts).toHaveLength(1);
    return receipts[0] as BackfillReceipt;
  }

  const tableOf = async () => {
    const { offline } = (await stage.groups.describe(`dev-${GROUP}-v1`)) ?? {};
    return `"${offline?.database}"."${offline?.table}"`;
  };
  const historyRows = async () => Number((await runQuery(stage, `SELECT count(*) FROM ${await tableOf()}`))[0]?.[0]);
  const historyKeys = async () =>
    (await runQuery(stage, `SELECT DISTINCT entity_key, event_time FROM ${await tableOf()} ORDER BY 1, 2 LIMIT 999`)).map((row) =>
      row.join(' '),
    );

  const online = async () => Object.fromEntries(await onlineStoreOf(stage).records(`dev-${GROUP}-v1`));

  async function dataset(id: string) {
    const { rows, contentHash } = await quickly(
      buildDataset(
        stage,
        id,
        {
          view: 'departure-delay',
          labels: `s3://${stage.names.bucket('work')}/labels/labels.csv`,
          labelTime: 'label_time',
        },
        () => {},
      ),
    );
    return { rows, contentHash };
  }

  const counts = ({ rows, found, writes }: BackfillReceipt) => ({ rows, found, writes });
  const quarantined = written.late.length;
  const read = routeDays.length + quarantined;
  const outside = routeDays.length - inWeek.length;

  testOnce('that is a dry run says what it would do, and does nothing', async () => {
    const before = await historyRows();
    const receipt = await backfill({ group: GROUP, ...week, dryRun: true });
    expect([receipt.status, receipt.files.read]).toEqual(['dry-run', written.onTime.length + written.late.length]);
    expect(receipt.rows).toEqual({
      read,
      outside,
      quarantined,
      unchanged: inWeek.length - late.length,
      superseded: 0,
      written: late.length,
    });
    expect(receipt.found).toEqual({ absent: late.length, changed: 0 });
    await untilOffline();
    expect(await historyRows()).toBe(before);
  });

  test('over a week of which every fifth row came late brings exactly those, and moves nothing newer back', async () => {
    const before = { keys: await historyKeys(), online: await online() };
    const receipt = await backfill({ group: GROUP, ...week });
    expect(receipt.status).toBe('sealed');
    expect(receipt.rows.written).toBe(late.length);
    expect(receipt.rows.unchanged).toBe(inWeek.length - late.length);
    expect(receipt.reasons).toEqual({ ROW_NOT_A_NUMBER: quarantined });
    await untilOffline();
    const expected = [...before.keys, ...late.map(({ key, dayEnd }) => `${key} ${dayEnd}`)].sort();
    expect(await historyKeys()).toEqual(expected);
    expect(expected).toHaveLength(routeDays.length);
    // The days after the week stand online.
    expect(await online()).toEqual(before.online);
  });

  test('over a week that is there writes nothing: no online value, no row of history, no other data set', async () => {
    const before = { rows: await historyRows(), online: await online(), dataset: await dataset('before') };
    expect(before.dataset.rows).toBe(labelRows);
    const receipt = await backfill({ group: GROUP, ...week });
    expect(counts(receipt)).toEqual({
      rows: { read, outside, quarantined, unchanged: inWeek.length, superseded: 0, written: 0 },
      found: { absent: 0, changed: 0 },
      writes: { online: 0, offlineOnly: 0, replaced: 0 },
    });
    await untilOffline();
    expect(await historyRows()).toBe(before.rows);
    expect(await online()).toEqual(before.online);
    expect(await dataset('after')).toEqual(before.dataset);
  });

  test('fills a feature that a definition gained, online and offline, and leaves data sets as they were', async () => {
    const before = await online();
    const manifest = await stage.objects.read({ bucket: stage.names.bucket('datasets'), key: 'datasets/before/_manifest.json' });
    const feature = "    distance: integral({ description: 'miles, as filed' }),\n";
    copy.edit(feature, `${feature}    kilometres: fractional(),\n`);
    copy.edit(
      'map: ({ day_end, ...row }) => ({ ...row, eventTime: day_end }),',
      'map: ({ day_end, ...row }) => ({ ...row, eventTime: day_end, kilometres: (row.distance ?? 0) * 1.609344 }),',
      'flights/sources.ts',
    );
    expect(await tidemark('apply', '--definitions', copy.module, '--data', data)).toMatchObject({ code: 0 });
    const whole = { from: routeDays[0]?.dayEnd as string, to: '2002-01-01T00:00:00Z' };
    const receipt = await backfill({ group: GROUP, ...whole });
    expect(receipt.found).toEqual({ absent: 0, changed: routeDays.length });
    const entities = new Set(routeDays.map(({ key }) => key)).size;
    expect(receipt.writes).toEqual({
      online: entities,
      offlineOnly: routeDays.length - entities,
      replaced: profile === 'harsh' ? entities : 0,
    });
    const kilometres = new Map(routeDays.map(({ key, distance }) => [key, String(distance * 1.609344)]));
    expect(await online()).toEqual(
      Object.fromEntries(Object.entries(before).map(([key, values]) => [key, { ...values, kilometres: kilometres.get(key) }])),
    );
    await untilOffline();
    const [[filled] = []] = await runQuery(
      stage,
      `SELECT count(DISTINCT (entity_key, event_time)) FROM ${await tableOf()} WHERE kilometres IS NOT NULL`,
    );
    expect(Number(filled)).toBe(routeDays.length);
    expect(await stage.objects.read({ bucket: stage.names.bucket('datasets'), key: 'datasets/before/_manifest.json' })).toEqual(
      manifest,
    );
    expect((await backfill({ group: GROUP, ...whole })).rows).toMatchObject({ written: 0, unchanged: routeDays.length });
  });

  const ledger = () => stage.names.bucket('ledger');
  const leaseKey = ledgerKeys.lease('backfill', GROUP);
  const leaseOf = (expiresAt: string) =>
    stage.objects.put(
      ledger(),
      leaseKey,
      JSON.stringify({ owner: 'somebody', takenAt: '2001-01-01T00:00:00Z', expiresAt, released: false }),
    );

  testOnce('of a group that another one backfills ends by name; a lease that has expired is taken over', async () => {
    await leaseOf('2100-01-01T00:00:00Z');
    await expect(backfill({ group: GROUP, ...week })).rejects.toMatchObject({
      code: 'BACKFILL_OVERLAP',
      message: expect.stringContaining('the execution somebody of backfill holds it'),
    });
    await leaseOf('2001-01-01T01:00:00Z');
    expect((await backfill({ group: GROUP, ...week })).rows.written).toBe(0);
    expect(
      JSON.parse(Buffer.from((await stage.objects.read({ bucket: ledger(), key: leaseKey })) ?? []).toString()),
    ).toMatchObject({
      owner: `run-${runs}`,
      released: true,
    });
  });

  test('that the schedule starts catches up on what no event told of; fired twice at once, one of them ends by name', async () => {
    const missed = join(files, 'missed.csv');
    writeFileSync(
      missed,
      'origin,destination,day_end,flights,mean_delay,share_late,distance\nXAX,XBX,2001-05-01T00:00:00Z,1,1,0,1\n',
    );
    await upload(stage, missed, `${GROUP}/missed.csv`);
    const before = new Set((await executions()).map(({ executionArn }) => executionArn));
    const { clock } = stage.instance;
    clock.advance(DAY_MS - (clock.nowMs() % DAY_MS) + 150 * 60_000);
    const scheduledTime = `${new Date(clock.nowMs()).toISOString().slice(0, 11)}02:30:00Z`;
    const fired = async () => (await executions()).filter(({ executionArn }) => !before.has(executionArn as string));
    await quickly(until('it has fired', async () => (await fired()).length > 0));
    // As if EventBridge had fired it again.
    await stage.executions.start('backfill', 'twin', { scheduledTime });
    await quickly(untilNoneRuns());
    const ended = await fired();
    expect(ended.map(({ input }) => JSON.parse(input ?? ''))).toEqual(ended.map(() => ({ scheduledTime })));
    const sealed = ended.filter(({ status }) => status === 'SUCCEEDED');
    expect(sealed).toHaveLength(1);
    for (const { status, error } of ended)
      if (status !== 'SUCCEEDED') expect([status, error]).toEqual(['FAILED', 'BACKFILL_OVERLAP']);
    const { receipts } = JSON.parse(sealed[0]?.output ?? '') as EndedBackfill;
    expect(receipts.map(({ group, window, rows }) => [group, window.by, window.to, rows.written])).toEqual([
      ['airport-hours', 'arrival', scheduledTime, 0],
      ['airport-profile', 'arrival', scheduledTime, 0],
      [GROUP, 'arrival', scheduledTime, 1],
    ]);
    await untilOffline();
    expect(await historyKeys()).toContain('XAX|XBX 2001-05-01T00:00:00Z');

    await stage.executions.start('backfill', 'late-twin', { scheduledTime });
    await quickly(untilNoneRuns());
    const late = (await executions()).find(({ name }) => name === 'late-twin');
    expect([late?.status, JSON.parse(late?.output ?? '')]).toEqual(['SUCCEEDED', { receipts: [], sealed: 3, failures: [] }]);
  });

  testOnce('on the command line asks first, and says what was done', async () => {
    const command = (...options: readonly string[]) =>
      tidemark('backfill', '--group', GROUP, '--data', data, '--definitions', copy.module, ...options);
    const range = ['--from', week.from.slice(0, 10), '--to', week.to];
    expect(await command(...range)).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(
        /^A backfill of route-days would\n {2}read {5}17 files, .* about \d+ rows.*\n {2}scan .*\$0\.0/,
      ),
      stderr: expect.stringContaining('REQUEST_MALFORMED: there is nobody to ask: add --yes'),
    });
    expect(await command('--from', week.to, '--to', week.from)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('BACKFILL_REQUEST_INVALID: `from` must lie before `to`'),
    });
    const today = iso(stage.instance.clock.nowMs()).slice(0, 10);
    const listed = await tidemark('backfills', '--data', data, '--date', today);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^group +window .*\n(airport|route)/) });
    const done = await quickly(command(...range, '--yes', '--json'));
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { status: 'sealed', group: GROUP, window: { by: 'event-time', ...week }, rows: { written: 0, unchanged: inWeek.length } },
    ]);
  });
});
