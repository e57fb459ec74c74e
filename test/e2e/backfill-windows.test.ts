/** A windowed group is backfilled from its event history: states that are lost, or of another definition, are made again. */
import { runBackfill } from '@tidemark/cli/follow-backfill';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { decodeWindowState, evaluateWindows, isWindowed, type WindowedGroup } from '@tidemark/domain';
import type { ProfileName } from '@tidemark/engine';
import { definitions } from '@tidemark/features';
import type { BackfillReceipt } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyDefinitions, type DefinitionsCopy } from './definitions-copy.ts';
import { AIRPORTS, departureRecords, produce } from './departure-events.ts';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { inFastTime } from './ingest-files.ts';
import { type OnlineStore, onlineStoreOf } from './online-store.ts';
import { tidemark } from './tidemark-process.ts';
import { until } from './until.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GROUP = 'airport-activity';
const airportActivity = definitions.groups.find((group) => group.name === GROUP && isWindowed(group)) as WindowedGroup;
const STATES = `dev-${GROUP}-v1`;
const iso = (ms: number) => new Date(ms).toISOString();
const nowMs = Date.now();
const recent = { from: iso(nowMs - 2 * DAY_MS), to: iso(nowMs + DAY_MS) };

describe.each<ProfileName>(['default', 'harsh'])('a backfill of windows, the engine %s', (profile) => {
  const data = temporaryDir();
  const records = departureRecords(nowMs, 60)[0] ?? [];
  const events = records.filter(({ accepted }) => accepted !== undefined).length;
  let copy: DefinitionsCopy;
  let stage: RunningStage;
  let online: OnlineStore;

  beforeAll(async () => {
    copy = copyDefinitions();
    stage = await startWithoutSchedules({ data, profile, definitions: copy.module });
    online = onlineStoreOf(stage);
    await produce(stage, records);
    await until('every airport has its state', async () => (await online.keys(STATES)).length === AIRPORTS.length);
    await stage.instance.idle();
    stage.instance.clock.advance(20 * 60_000);
    await stage.instance.drainOffline();
  }, 480_000);
  afterAll(async () => {
    await stage?.stop();
    copy.remove();
    removeDir(data);
  });

  /** The harsh engine's history comes up to twenty minutes late. */
  const times = profile === 'harsh' ? 200 : 20;
  let runs = 0;
  async function backfill(range: { from: string; to: string }): Promise<BackfillReceipt> {
    const running = runBackfill(stage, `windows-${++runs}`, { group: GROUP, ...range }, () => {});
    return (await inFastTime(stage, running, times))[0] as BackfillReceipt;
  }

  /** What the states say of one instant: the plain values of a record are as of its own time, which only grows. */
  async function states() {
    const found = await online.records(STATES);
    const windowsOf = (state = '') =>
      evaluateWindows(airportActivity, decodeWindowState(airportActivity, state), nowMs + HOUR_MS / 2);
    return new Map([...found].map(([key, { window_state }]) => [key, windowsOf(window_state)]));
  }

  test('makes lost states again, of the entities that have events in the range', async () => {
    const before = await states();
    for (const windows of before.values()) expect(windows).toBeDefined();
    await online.wipe(STATES);
    expect((await backfill({ from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' })).states).toEqual({
      entities: 0,
      changed: 0,
    });
    expect((await states()).size).toBe(0);
    const receipt = await backfill(recent);
    expect(receipt.states).toEqual({ entities: AIRPORTS.length, changed: AIRPORTS.length });
    // The harsh engine stores some rows of the history twice.
    expect(receipt.rows.read).toBeGreaterThanOrEqual(events);
    if (profile === 'default') expect(receipt.rows.read).toBe(events);
    expect(receipt.rows).toMatchObject({ unchanged: receipt.rows.read, written: 0 });
    expect(await states()).toEqual(before);
  });

  test('again writes nothing', async () => {
    const before = await online.records(STATES);
    const receipt = await backfill(recent);
    expect([receipt.states, receipt.writes.online]).toEqual([{ entities: AIRPORTS.length, changed: 0 }, 0]);
    expect(await online.records(STATES)).toEqual(before);
  });

  test('fills a window that the definition gained', async () => {
    const line = "    departures_1h: aggregate.count({ length: '1h' }),\n";
    copy.edit(line, `${line}    departures_2h: aggregate.count({ length: '2h' }),\n`);
    expect(await tidemark('apply', '--rebuild-windows', '--definitions', copy.module, '--data', data)).toMatchObject({ code: 0 });
    // The data plane may go on with the old schema for five minutes.
    stage.instance.clock.advance(5 * 60_000);
    const receipt = await backfill(recent);
    expect(receipt.states).toEqual({ entities: AIRPORTS.length, changed: AIRPORTS.length });
    for (const [, values] of await online.records(STATES))
      expect(Number(values.departures_2h)).toBeGreaterThanOrEqual(Number(values.departures_1h));
  });
});
