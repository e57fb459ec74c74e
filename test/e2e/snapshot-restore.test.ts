/** The flights groups as a snapshot, everything online wiped, and back: under a kind engine and a harsh one. */
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { runDrill } from '@tidemark/cli/run-drill';
import { runQuery } from '@tidemark/cli/run-query';
import { restoreSnapshot, takeSnapshot } from '@tidemark/cli/run-snapshot';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { engineCredentials, type ProfileName } from '@tidemark/engine';
import { exportFlights, type FlightsExport } from '@tidemark/features/flights/export';
import type { RestoreRequest, SnapshotManifest } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { inFastTime, ingestFiles } from './ingest-files.ts';
import { type OnlineStore, type OnlineValues, onlineStoreOf } from './online-store.ts';
import { tidemark } from './tidemark-process.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GROUPS = ['airport-profile', 'airport-hours', 'route-days'] as const;
const physical = (group: string) => `dev-${group}-v1`;
const quietly = () => {};
/** Yesterday is the last of two days, so that the last hours of airports have not expired. */
const anchor = new Date(Date.now() - 2 * DAY_MS).toISOString().slice(0, 10);
const files = temporaryDir();
let exported: FlightsExport;

beforeAll(async () => {
  exported = await exportFlights({ outDir: files, anchor, days: 2, plant: false });
}, 120_000);
afterAll(() => removeDir(files));

describe.each(['default', 'harsh'] as const)('under the %s profile', (profile: ProfileName) => {
  const data = temporaryDir();
  let stage: RunningStage;
  let online: OnlineStore;
  let manifest: SnapshotManifest;
  let before: Map<string, OnlineValues>[];
  let restores = 0;
  /** What is the same however the services behave. */
  const testOnce = test.runIf(profile === 'default');

  const everything = () => Promise.all(GROUPS.map((group) => online.records(physical(group))));
  /** The harsh engine's history comes up to twenty minutes late. */
  const times = profile === 'harsh' ? 200 : 20;
  const restore = (request: Partial<RestoreRequest> = {}) =>
    inFastTime(stage, restoreSnapshot(stage, `restore-${restores++}`, { snapshot: 'kept', ...request }, quietly), times);
  async function historyRows(): Promise<string[]> {
    // Whatever is on its way has arrived.
    stage.instance.clock.advance(21 * 60_000);
    await stage.instance.drainOffline();
    const rows = GROUPS.map(async (group) => {
      const { offline } = (await stage.groups.describe(physical(group))) ?? {};
      return (await runQuery(stage, `SELECT count(*) FROM "${offline?.database}"."${offline?.table}"`))[0]?.[0] ?? '';
    });
    return Promise.all(rows);
  }

  beforeAll(async () => {
    stage = await startWithoutSchedules({ data, profile });
    online = onlineStoreOf(stage);
    await inFastTime(stage, ingestFiles(stage, exported.files));
    // To the middle of an hour that is far enough away: airport hours expire at full hours.
    const nowMs = stage.instance.clock.nowMs();
    stage.instance.clock.advance((Math.floor(nowMs / HOUR_MS) + 1.5) * HOUR_MS - nowMs);
    await stage.instance.drainOffline();
    before = await everything();
    manifest = await takeSnapshot(stage, 'kept', {}, quietly);
  }, 240_000);
  afterAll(async () => {
    await stage?.stop();
    removeDir(data);
  });

  test('the snapshot holds what the online store holds, as of a moment that the history is complete up to', () => {
    expect(manifest.groups.map(({ group, rows }) => [group, rows]).slice(0, 3)).toEqual(
      GROUPS.map((group, at) => [group, before[at]?.size]),
    );
    for (const group of before) expect(group.size).toBeGreaterThan(100);
    expect(Date.parse(manifest.createdAt) - Date.parse(manifest.asOf)).toBeGreaterThanOrEqual(
      manifest.offlineDelaySeconds * 1_000,
    );
    expect(manifest.notCovered.map(({ group }) => group)).toContain('airport-activity');
  });

  test('taken again as of the same moment, it has the same hashes, whatever the files', async () => {
    const again = await takeSnapshot(stage, 'again', { asOf: manifest.asOf }, quietly);
    expect(again.contentHash).toBe(manifest.contentHash);
    const hashes = ({ groups }: SnapshotManifest) => groups.map(({ group, rows, contentHash }) => [group, rows, contentHash]);
    expect(hashes(again)).toEqual(hashes(manifest));
  });

  test('everything online wiped, a restore brings every record back, and history stays as it is', async () => {
    const history = await historyRows();
    for (const group of GROUPS) await online.wipe(physical(group));
    expect((await everything()).map(({ size }) => size)).toEqual([0, 0, 0]);
    const { counts, groups } = await restore();
    expect(counts).toMatchObject({ rows: manifest.rows, written: manifest.rows, equal: manifest.rows, unequal: 0 });
    for (const { contentHash, snapshotHash } of groups) expect(contentHash).toBe(snapshotHash);
    expect(await everything()).toEqual(before);
    expect(await historyRows()).toEqual(history);
  });

  test('where nothing is missing nothing is written', async () => {
    expect((await restore()).counts).toMatchObject({ written: 0, equal: manifest.rows });
  });

  test('a newer value is never moved back, one of the same time neither, an older one gives way; exact takes all back', async () => {
    const group = physical('route-days');
    const routes = [...(before[2] ?? new Map<string, OnlineValues>())];
    const [newer, same, older, buried, gone] = routes.map(([key, values]) => ({ key, values })) as [Row, Row, Row, Row, Row];
    const later = (values: OnlineValues, byMs: number) =>
      `${new Date(Date.parse(values.event_time ?? '') + byMs).toISOString().slice(0, 19)}Z`;
    await online.put(group, { ...newer.values, flights: '101', event_time: later(newer.values, HOUR_MS) });
    await online.hardDelete(group, same.key);
    await online.put(group, { ...same.values, flights: '102' });
    await online.hardDelete(group, older.key);
    await online.put(group, { ...older.values, flights: '103', event_time: later(older.values, -HOUR_MS) });
    await online.softDelete(group, buried.key, later(buried.values, HOUR_MS));
    await online.hardDelete(group, gone.key);

    const { counts } = await restore({ groups: ['route-days'] });
    const rows = routes.length;
    expect(counts).toEqual({ rows, written: 3, equal: rows - 3, newer: 2, expired: 0, hidden: 1, unequal: 0 });
    const found = await online.records(group);
    expect([newer, same, older, buried, gone].map(({ key }) => found.get(key)?.flights)).toEqual([
      '101',
      '102',
      older.values.flights,
      undefined,
      gone.values.flights,
    ]);

    const exact = await restore({ groups: ['route-days'], exact: true });
    expect(exact.counts).toEqual({ rows, written: 3, equal: rows, newer: 0, expired: 0, hidden: 0, unequal: 0 });
    expect(await online.records(group)).toEqual(before[2]);
  });

  test('windows are made again from the events, and the stream goes on', async () => {
    const group = physical('airport-activity');
    const airports = ['ATL', 'JFK', 'LAX'];
    const departures = async (from: number) => {
      // A minute ago: the arrival that a value is as of may be told a little too early.
      const scheduled = new Date(stage.instance.clock.nowMs() - 60_000).toISOString();
      const events = Array.from({ length: 60 }, (_, at) => ({
        id: `e${from + at}`,
        airport: airports[at % airports.length] as string,
        destination: 'ORD',
        scheduled,
        delay: at,
      }));
      await putRecords(stage, 'dev-departures', events);
    };
    const counted = async () =>
      [...(await online.records(group)).values()].map(({ airport, departures_1h }) => `${airport} ${departures_1h}`);
    const each = (count: number) => airports.map((airport) => `${airport} ${count}`);
    await departures(0);
    await expect.poll(() => inFastTime(stage, counted()), { timeout: 120_000 }).toEqual(each(20));

    await online.wipe(group);
    const { windows, counts } = await restore({ groups: ['airport-activity'] });
    expect(windows).toMatchObject([{ stream: 'departures', status: 'SUCCEEDED' }]);
    expect(counts.rows).toBe(0);
    expect(await counted()).toEqual(each(20));
    await departures(60);
    await expect.poll(counted, { timeout: 120_000 }).toEqual(each(40));
  });

  test('a drill brings every record back into groups of its own, and leaves none of them', async () => {
    const shadows = new Set<string>();
    const report = await inFastTime(stage, runDrill(stage, ['airport-profile', 'route-days'], quietly, shadows));
    expect(report).toMatchObject({ passed: true, groups: ['airport-profile', 'route-days'] });
    expect(report.counts.equal).toBe((before[0]?.size ?? 0) + (before[2]?.size ?? 0));
    for (const { snapshot, restored } of report.contentHash) expect(restored).toBe(snapshot);
    expect(report.recoveryPointSeconds).toBeGreaterThan(report.offlineDelaySeconds);
    expect(await stage.groups.list('-drill-')).toEqual([]);
    expect(shadows.size).toBe(0);
  });

  testOnce('a drill that fails removes its groups as well', async () => {
    await expect(runDrill(stage, ['airport-profile', 'no-such-group'], quietly, new Set())).rejects.toThrow('no-such-group');
    const failing = { ...stage, executions: { ...stage.executions, start: failOn('restore', stage.executions.start) } };
    await expect(runDrill(failing, ['route-days'], quietly, new Set())).rejects.toThrow('the restore is not to be');
    expect(await stage.groups.list('-drill-')).toEqual([]);
  });

  testOnce.each(['no-such-snapshot', '../kept', 'kept/_manifest.json', '', 'kept '])('%j is no snapshot', async (snapshot) => {
    await expect(restore({ snapshot })).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
  });

  testOnce('a moment that the history may not be complete at is refused', async () => {
    const asOf = `${new Date(stage.instance.clock.nowMs()).toISOString().slice(0, 19)}Z`;
    await expect(takeSnapshot(stage, 'too-late', { asOf }, quietly)).rejects.toMatchObject({ code: 'SNAPSHOT_OPTION_INVALID' });
    expect(await stage.objects.read({ bucket: stage.names.bucket('datasets'), key: 'snapshots/too-late/_manifest.json' })).toBe(
      undefined,
    );
  });

  testOnce('scripts read JSON and exit codes', async () => {
    const run = (...args: readonly string[]) => tidemark(...args, '--data', data, '--json');
    const listed = await run('snapshots');
    expect(listed.code).toBe(0);
    expect(JSON.parse(listed.stdout)).toContainEqual(
      expect.objectContaining({ id: 'kept', rows: manifest.rows, contentHash: manifest.contentHash }),
    );
    const into = await run('restore', 'kept', '--into', 'beside', '--group', 'airport-profile');
    expect([into.code, JSON.parse(into.stdout).groups[0].target]).toEqual([0, 'dev-airport-profile-v1-beside']);
    expect((await online.records('dev-airport-profile-v1-beside')).size).toBe(before[0]?.size);
    expect(await run('restore', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('SNAPSHOT_UNKNOWN') });
    expect(await run('snapshot', '--group', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('GROUP_UNKNOWN'),
    });
    expect(await run('snapshots', '--days', 'many')).toMatchObject({ code: 2 });
  });

  testOnce('what has expired meanwhile is counted as that', async () => {
    stage.instance.clock.advance(3 * DAY_MS);
    await online.wipe(physical('airport-hours'));
    const { groups } = await restore({ groups: ['airport-hours', 'airport-profile'] });
    expect(groups).toMatchObject([
      { group: 'airport-profile', equal: before[0]?.size, expired: 0, unequal: 0 },
      { group: 'airport-hours', rows: before[1]?.size, written: 0, equal: 0, expired: before[1]?.size, unequal: 0 },
    ]);
  });
});

async function putRecords(
  { engine: { endpoint, region } }: RunningStage,
  StreamName: string,
  events: readonly { readonly airport: string }[],
): Promise<void> {
  const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials });
  let open = events.map((event) => ({ PartitionKey: event.airport, Data: Buffer.from(JSON.stringify(event)) }));
  while (open.length > 0) {
    const { Records = [] } = await kinesis.send(new PutRecordsCommand({ StreamName, Records: open }));
    open = open.filter((_, at) => Records[at]?.ErrorCode !== undefined);
  }
  kinesis.destroy();
}

interface Row {
  readonly key: string;
  readonly values: OnlineValues;
}

const failOn =
  (machine: string, start: RunningStage['executions']['start']): RunningStage['executions']['start'] =>
  (name, ...rest) =>
    name === machine ? Promise.reject(new Error('the restore is not to be')) : start(name, ...rest);
