/** Events through the Kinesis endpoint, into windows that `/features` and data sets agree on, and that the oracle agrees with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { runQuery } from '@tidemark/cli/run-query';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { upload } from '@tidemark/cli/upload';
import type { ProfileName } from '@tidemark/engine';
import { type BatchEvidence, type StreamQuarantineLine, withoutRedelivered } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AIRPORTS, airportActivity, departureIn, departureRecords, produce, windowsAt } from './departure-events.ts';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { inFastTime } from './ingest-files.ts';
import { readParquetRows } from './raw-files.ts';

const MINUTE = 60_000;
const LONGEST_OFFLINE_DELAY_MS = 20 * MINUTE;
const WINDOWS = Object.keys(airportActivity.features);

interface Answer {
  readonly asOf: string;
  readonly rows: readonly {
    readonly entity: { readonly airport: string };
    readonly features: Readonly<
      Record<string, { readonly value: unknown; readonly eventTime: string | null; readonly status: string }>
    >;
  }[];
}

async function ledgerText(stage: RunningStage, prefix: string): Promise<string[]> {
  const bucket = stage.names.bucket('ledger');
  const texts: string[] = [];
  for await (const { key } of stage.objects.list(bucket, prefix)) {
    texts.push(Buffer.from((await stage.objects.read({ bucket, key })) ?? []).toString('utf8'));
  }
  return texts;
}

async function ask({ engine: { api, token } }: RunningStage, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${api}/features/${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

const valuesOf = (row: Answer['rows'][number] | undefined) =>
  Object.fromEntries(Object.entries(row?.features ?? {}).map(([name, { value }]) => [name, value]));

describe.each<{ profile: ProfileName }>([{ profile: 'default' }, { profile: 'harsh' }])(
  'a stream, profile $profile',
  ({ profile }) => {
    const data = temporaryDir();
    const waves = departureRecords(Date.now(), 600);
    const records = waves.flat();
    const accepted = records.flatMap((one) => one.accepted ?? []);
    const refused = records.filter((one) => one.refused !== undefined);
    let stage: RunningStage;

    beforeAll(async () => {
      stage = await startWithoutSchedules({ data, profile });
      for (const wave of waves) await produce(stage, wave);
      await stage.instance.idle();
    });
    afterAll(async () => {
      await stage?.stop();
      removeDir(data);
    });

    test('every airport’s windows are those of the oracle at the time of the answer', async () => {
      const { asOf, rows } = await ask(stage, 'airport-now', { rows: AIRPORTS.map((airport) => ({ airport })) });
      for (const [at, airport] of AIRPORTS.entries()) {
        expect([airport, valuesOf(rows[at])]).toEqual([airport, windowsAt(accepted, airport, Date.parse(asOf))]);
        for (const one of Object.values(rows[at]?.features ?? {}))
          expect(one.status).toBe(one.value === null ? 'missing' : 'fresh');
      }
      const one = await ask(stage, 'airport-now?airport=ATL&features=departures_1h,last_destination');
      const expected = windowsAt(accepted, 'ATL', Date.parse(one.asOf));
      expect(valuesOf(one.rows[0])).toEqual({
        departures_1h: expected.departures_1h,
        last_destination: expected.last_destination,
      });
    });

    test('an airport that was never seen answers like one where nothing happens', async () => {
      const { rows } = await ask(stage, 'airport-now?airport=XNA');
      const empty = (value: number | null) => ({ value, eventTime: null, status: value === null ? 'missing' : 'fresh' });
      expect(rows[0]?.features).toEqual({
        departures_5m: empty(0),
        departures_1h: empty(0),
        delay_sum_1h: empty(0),
        delay_mean_1h: empty(null),
        delay_max_3h: empty(null),
        destinations_1h: empty(0),
        last_destination: empty(null),
      });
    });

    test('the newest departure of a route is its record, whatever came after it', async () => {
      const ofRoute = accepted.filter(({ entity, values }) => entity === 'JFK' && values.destination === 'BOS');
      const newest = ofRoute.toSorted((a, b) => b.timeMs - a.timeMs)[0];
      const { rows } = await ask(stage, 'route-now?origin=JFK&destination=BOS');
      expect(rows[0]?.features.last_delay).toMatchObject({ eventTime: new Date(newest?.timeMs ?? 0).toISOString() });
    });

    test('every refused record waits in quarantine with its bytes and the reason, and nothing else does', async () => {
      const lines = (await ledgerText(stage, 'quarantine/')).flatMap((text) =>
        text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as StreamQuarantineLine])),
      );
      const known = new Map(lines.map((line) => [`${line.sequenceNumber} ${line.source}`, line]));
      const found = [...known.values()].filter(({ source }) => source !== 'last-departure');
      const essence = (all: readonly { code: string | undefined; data: string }[]) =>
        all.map(({ code, data: bytes }) => `${code} ${bytes}`).sort();
      expect(essence(found.map(({ code, raw }) => ({ code, data: raw })))).toEqual(
        essence(refused.map(({ refused: code, data: bytes }) => ({ code, data: Buffer.from(bytes).toString('base64') }))),
      );
      for (const { message } of found) expect(message).not.toMatch(/f\d+|ATL|SFO/);
    });

    test('the counts add up to what was sent', async () => {
      const batches = (await ledgerText(stage, 'stream-batches/')).map((text) => JSON.parse(text) as BatchEvidence);
      for (const { groups } of batches) {
        for (const one of Object.values(groups)) expect(one.in).toBe(one.accepted + one.duplicates + one.quarantined);
      }
      const kept = withoutRedelivered(batches);
      const sum = (pick: (one: BatchEvidence) => number) => kept.reduce((total, one) => total + pick(one), 0);
      const unreadable = refused.filter((one) => one.unreadable).length;
      if (profile === 'default') {
        expect(sum((one) => one.records)).toBe(records.length);
        expect(sum((one) => one.unreadable)).toBe(unreadable);
        expect(sum((one) => one.groups['airport-activity']?.accepted ?? 0)).toBe(accepted.length);
        expect(sum((one) => one.groups['airport-activity']?.quarantined ?? 0)).toBe(refused.length - unreadable);
      } else expect(sum((one) => one.records)).toBeGreaterThanOrEqual(records.length);
    });

    test('a data set has the windows that the oracle has at every label, from the history of events', async () => {
      if (profile === 'harsh') stage.instance.clock.advance(LONGEST_OFFLINE_DELAY_MS);
      await stage.instance.idle();
      await stage.instance.drainOffline();
      const events = (await stage.groups.describe('dev-airport-activity-events-v1'))?.offline;
      const [[distinct] = []] = await runQuery(
        stage,
        `SELECT count(DISTINCT (event_entity, event_id)) FROM "${events?.database}"."${events?.table}"`,
      );
      expect(Number(distinct)).toBe(accepted.length);

      const nowMs = Date.now();
      const labels = AIRPORTS.flatMap((airport) => [
        ...accepted
          .filter(({ entity }) => entity === airport)
          .slice(0, 12)
          .flatMap(({ timeMs }) => [-1, 0, 1].map((ms) => ({ airport, ms: timeMs + ms }))),
        ...[0, 61_000, 1_800_001, 25 * 3_600_000].map((backMs) => ({ airport, ms: nowMs - backMs })),
      ]);
      const { manifest, rows } = await datasetOf('airport-now', [
        'airport,at',
        ...labels.map(({ airport, ms }) => `${airport},${new Date(ms).toISOString()}`),
      ]);
      expect(manifest.rows).toBe(labels.length);
      expect(manifest.lineage).toMatchObject([{ join: 'w0', groupName: 'dev-airport-activity-events-v1' }]);
      for (const [at, { airport, ms }] of labels.entries()) {
        const found = Object.fromEntries(WINDOWS.map((name) => [name, plain(rows[at]?.[name])]));
        expect([airport, ms, found]).toEqual([airport, ms, windowsAt(accepted, airport, ms)]);
      }
    });

    test('windows of two airports stand beside the newest departure between them', async () => {
      const departed = records
        .filter((one) => one.unreadable === undefined && one.refused !== 'EVENT_FUTURE')
        .flatMap(departureIn);
      const toBoston = departed.filter(({ destination }) => destination === 'BOS');
      const labels = toBoston.slice(0, 20).map(({ airport, scheduled }) => ({ airport, ms: Date.parse(scheduled) + 1 }));
      const { manifest, rows } = await datasetOf('route-now', [
        'origin,destination,at',
        ...labels.map(({ airport, ms }) => `${airport},BOS,${new Date(ms).toISOString()}`),
      ]);
      expect(manifest.lineage.map(({ join: alias }) => alias)).toEqual(['j0', 'w1', 'w2']);
      for (const [at, { airport, ms }] of labels.entries()) {
        const known = toBoston.filter((one) => one.airport === airport && Date.parse(one.scheduled) < ms);
        const newestMs = Math.max(...known.map((one) => Date.parse(one.scheduled)));
        // Of two departures at the very same time either may be the record.
        const newest = known.filter((one) => Date.parse(one.scheduled) === newestMs).map(({ delay }) => delay);
        const { last_delay, origin_departures_1h, destination_departures_1h } = rows[at] ?? {};
        expect(newest).toContain(plain(last_delay));
        const expected = [windowsAt(accepted, airport, ms).departures_1h, 0];
        expect([at, plain(origin_departures_1h), plain(destination_departures_1h)]).toEqual([at, ...expected]);
      }
    });

    async function datasetOf(view: string, lines: readonly string[]) {
      const path = join(data, `${view}.csv`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      await upload(stage, path, `labels/${view}.csv`, stage.names.bucket('work'));
      const request = { view, labels: `s3://${stage.names.bucket('work')}/labels/${view}.csv`, labelTime: 'at' };
      const manifest = await inFastTime(
        stage,
        buildDataset(stage, `${view}-${profile}`, request, () => {}),
      );
      const rows: Record<string, unknown>[] = [];
      for (const { key } of manifest.files) {
        const part = join(data, 'part.parquet');
        writeFileSync(part, (await stage.objects.read({ bucket: stage.names.bucket('datasets'), key })) ?? '');
        rows.push(...(await readParquetRows(part)));
      }
      return { manifest, rows };
    }
  },
);

/** 64-bit integers come as text. */
const plain = (cell: unknown) => (typeof cell === 'string' && /^-?\d+$/.test(cell) ? Number(cell) : (cell ?? null));
