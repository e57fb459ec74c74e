/** The main job on the first week of flights, its evidence recomputed from the raw files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { engineCredentials } from '@tidemark/engine';
import { exportFlights, type FlightsExport } from '@tidemark/features/flights/export';
import { dateOf, type QuarantineLine, type Receipt } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUsable, latestBefore, type RawGroup } from './brute-force.ts';
import { type DemoRun, removeDir, runDemoIn, temporaryDir } from './harness.ts';
import { type Cells, readParquetRows, readRawRows } from './raw-files.ts';

const DAY_MS = 86_400_000;
const data = temporaryDir();
const reference = temporaryDir();
let run: DemoRun;
let exported: FlightsExport;

beforeAll(async () => {
  exported = await exportFlights({ outDir: reference, anchor: '2001-01-01', days: 7, plant: true });
  run = await runDemoIn(data);
});
afterAll(async () => {
  await run?.stage.stop();
  removeDir(data);
  removeDir(reference);
});

const ledger = () => run.stage.names.bucket('ledger');
async function readLedger<T>(prefix: string, parse: (text: string) => T[]): Promise<T[]> {
  const found: T[] = [];
  for await (const { key } of run.stage.objects.list(ledger(), prefix)) {
    const body = await run.stage.objects.read({ bucket: ledger(), key });
    found.push(...parse(Buffer.from(body ?? []).toString('utf8')));
  }
  return found;
}
const allReceipts = () => readLedger<Receipt>(`receipts/${dateOf(Date.now())}/`, (text) => [JSON.parse(text) as Receipt]);
const allQuarantine = () =>
  readLedger<QuarantineLine>('quarantine/', (text) =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as QuarantineLine])),
  );

describe('every row is accepted or quarantined', () => {
  test('the receipt of each file adds up to the rows of the file', async () => {
    const receipts = new Map(
      (await allReceipts()).filter(({ status }) => status !== 'unchanged').map((receipt) => [receipt.key, receipt]),
    );
    expect([...receipts.keys()].sort()).toEqual(exported.files.map((file) => file.key).sort());
    for (const file of exported.files) {
      const receipt = receipts.get(file.key) as Receipt;
      expect([file.key, receipt.rows.read, receipt.rows.accepted, receipt.rows.quarantined]).toEqual([
        file.key,
        file.rows,
        file.rows - file.planted,
        file.planted,
      ]);
      expect(receipt.refusal?.code).toBe(file.refusal);
      expect(receipt.writes.online + receipt.writes.offlineOnly).toBe(receipt.rows.accepted);
    }
  });

  test('the planted rows and files are exactly the quarantine', async () => {
    const lines = await allQuarantine();
    const rows = lines.filter((line) => line.row >= 0).map(({ key, line, code, field }) => ({ key, line, code, field }));
    const byPlace = (a: { key: string; line: number }, b: { key: string; line: number }) =>
      a.key < b.key ? -1 : a.key > b.key ? 1 : a.line - b.line;
    expect(rows.sort(byPlace)).toEqual(
      exported.planted.map(({ key, line, code, field }) => ({ key, line, code, field })).sort(byPlace),
    );
    const files = lines.filter((line) => line.row < 0).map(({ key, code }) => ({ key, code }));
    const refused = exported.files.flatMap(({ key, refusal }) => (refusal === undefined ? [] : [{ key, code: refusal }]));
    expect(files.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(refused.sort((a, b) => (a.key < b.key ? -1 : 1)));
    expect([exported.planted.length, refused.length]).toEqual([40, 2]);
  });

  test('every accepted row is in the history, once', () => {
    const accepted = exported.files.reduce((sum, file) => sum + file.rows - file.planted, 0);
    expect(Object.values(run.result.history).reduce((sum, rows) => sum + rows, 0)).toBe(accepted);
  });
});

test('every departure that was sent meanwhile is in the windows, known as sent twice, or in quarantine', () => {
  const { sent, accepted, duplicates, quarantined, readableAfterMs } = run.result.stream;
  expect(accepted + duplicates + quarantined).toBe(sent);
  expect([duplicates, quarantined, accepted > 900]).toEqual([5, 1, true]);
  expect(readableAfterMs).toBeLessThan(5_000);
});

describe('the data set', () => {
  let rows: Cells[];
  beforeAll(async () => {
    const prefix = `datasets/${run.result.dataset.id}/`;
    const files = [];
    for await (const { key } of run.stage.objects.list(run.stage.names.bucket('datasets'), prefix))
      if (key.endsWith('.parquet')) files.push(key);
    const folder = temporaryDir();
    for (const key of files) {
      writeFileSync(
        join(folder, key.slice(prefix.length)),
        (await run.stage.objects.read({ bucket: run.stage.names.bucket('datasets'), key })) ?? new Uint8Array(),
      );
    }
    rows = [];
    for (const file of readdirSync(folder).sort()) rows.push(...(await readParquetRows(join(folder, file))));
    removeDir(folder);
  });

  test('has the labels, all of them, in their order', async () => {
    const labels = await readParquetRows(exported.labels.path);
    expect(rows).toHaveLength(113_493);
    const pick = ({ origin, destination, scheduled, late }: Cells) => [origin, destination, scheduled, late].join(' ');
    expect(rows.map(pick)).toEqual(labels.map(pick));
  });

  test('holds for 500 labels what loops over the raw files find', async () => {
    const group = async (
      prefix: string,
      key: string[],
      time: string,
      numbers: string[],
      maxAgeMs?: number,
    ): Promise<RawGroup> => {
      const columns = new Set([...key, time, ...numbers]);
      const files = exported.files.filter((file) => file.key.startsWith(prefix) && file.refusal === undefined);
      const found = (await Promise.all(files.map((file) => readRawRows(file.path)))).flat();
      return { key, time, maxAgeMs, rows: found.filter((row) => isUsable({ key, time, maxAgeMs }, row, numbers, columns)) };
    };
    const hours = await group('airport-hours/', ['airport'], 'hour_end', ['departures', 'mean_delay', 'share_late'], 2 * DAY_MS);
    const routes = await group('route-days/', ['origin', 'destination'], 'day_end', [
      'flights',
      'mean_delay',
      'share_late',
      'distance',
    ]);
    const profiles = await readRawRows((exported.files.find((file) => file.key.startsWith('airports/')) ?? { path: '' }).path);
    const profileOf = (airport: unknown) => profiles.find((row) => row.iata === airport);

    const number = (value: unknown) => (value === null || value === undefined ? null : Number(value));
    for (let at = 0; at < 500; at++) {
      // A full-period walk over the labels: spread over all of them, the same ones on every run.
      const row = rows[(at * 7_919 * 29) % rows.length] as Cells;
      const labelMs = Date.parse(
        `${String(row.scheduled)
          .replace(' ', 'T')
          .replace(/(Z|\+00)?$/, '')}Z`,
      );
      const origin = latestBefore(hours, [String(row.origin)], labelMs);
      const destination = latestBefore(hours, [String(row.destination)], labelMs);
      const route = latestBefore(routes, [String(row.origin), String(row.destination)], labelMs);
      const [from, to] = [profileOf(row.origin), profileOf(row.destination)];
      expect({
        at,
        ...Object.fromEntries(
          Object.entries(row)
            .filter(([name]) => /^(origin|destination|route)_|^hour/.test(name))
            .map(([name, value]) => [name, /state$/.test(name) ? value : number(value)]),
        ),
      }).toEqual({
        at,
        origin_departures: number(origin?.departures),
        origin_mean_delay: number(origin?.mean_delay),
        origin_share_late: number(origin?.share_late),
        destination_departures: number(destination?.departures),
        destination_mean_delay: number(destination?.mean_delay),
        destination_share_late: number(destination?.share_late),
        route_flights: number(route?.flights),
        route_mean_delay: number(route?.mean_delay),
        route_share_late: number(route?.share_late),
        origin_state: from?.state ?? null,
        origin_latitude: number(from?.latitude),
        origin_longitude: number(from?.longitude),
        destination_state: to?.state ?? null,
        destination_latitude: number(to?.latitude),
        destination_longitude: number(to?.longitude),
        hour_of_day: new Date(labelMs).getUTCHours(),
      });
    }
  });

  test('covers what the raw data can cover, and says so', () => {
    const covered = rows.filter((row) => row.origin_departures !== null).length / rows.length;
    expect(covered).toBeGreaterThan(0.9);
  });
});

test('running it again changes nothing', async () => {
  const online = async () => {
    const { endpoint, region } = run.stage.engine;
    const client = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
    const answer = await client.send(
      new BatchGetRecordCommand({
        Identifiers: [
          { FeatureGroupName: 'dev-route-days-v1', RecordIdentifiersValueAsString: ['ATL|JFK', 'ORD|LAX', 'LAX|SFO', 'SEA|DEN'] },
          { FeatureGroupName: 'dev-airport-profile-v1', RecordIdentifiersValueAsString: ['ATL', 'JFK', '00M'] },
        ],
      }),
    );
    return (answer.Records ?? []).map((record) => JSON.stringify(record)).sort();
  };
  const before = { online: await online(), ...run.result };
  await run.stage.stop();
  run = await runDemoIn(data);
  expect(run.result.receipts).toEqual({ sealed: 0, refused: 0, unchanged: exported.files.length });
  expect(run.result.history).toEqual(before.history);
  expect(run.result.dataset.contentHash).toBe(before.dataset.contentHash);
  expect(run.result.quarantine).toEqual(before.quarantine);
  expect(await online()).toEqual(before.online);
  expect(before.online).toHaveLength(7);
});

test('the API answers with typed values for one and for many, in the order that was asked', async () => {
  const { api, token } = run.stage.engine;
  const headers = { authorization: `Bearer ${token}` };
  const rows = [
    { origin: 'ORD', destination: 'LAX' },
    { origin: 'ATL', destination: 'JFK' },
    { origin: 'nowhere', destination: 'ATL' },
  ];
  const many = (await (
    await fetch(`${api}/features/departure-delay`, { method: 'POST', headers, body: JSON.stringify({ rows }) })
  ).json()) as {
    view: string;
    rows: { entity: Cells; features: Record<string, { value: unknown; eventTime: string | null; status: string }> }[];
  };
  expect(many.view).toBe('departure-delay');
  expect(many.rows.map((row) => row.entity)).toEqual(rows);
  const [ord, atl, nowhere] = many.rows.map((row) => row.features);
  expect(atl?.route_flights).toMatchObject({ value: expect.any(Number), eventTime: '2001-01-08T00:00:00Z', status: 'stale' });
  expect(ord?.origin_state).toEqual({ value: 'IL', eventTime: '2000-12-31T00:00:00Z', status: 'fresh' });
  expect(nowhere?.origin_state).toEqual({ value: null, eventTime: null, status: 'missing' });
  expect(atl?.distance_km?.value).toBeCloseTo(1221.7, 0);

  const one = (await (
    await fetch(`${api}/features/departure-delay?origin=ATL&destination=JFK`, { headers })
  ).json()) as typeof many;
  expect(one.rows[0]?.features.route_flights).toEqual(atl?.route_flights);
});

test.each([
  { why: 'no token', path: '/features/departure-delay?origin=ATL&destination=JFK', token: false, status: 401 },
  { why: 'an unknown view', path: '/features/nothing?origin=ATL', status: 404, code: 'VIEW_UNKNOWN' },
  { why: 'a missing key', path: '/features/departure-delay?origin=ATL', status: 400, code: 'REQUEST_KEY_MISSING' },
  {
    why: 'an unknown key',
    path: '/features/departure-delay?origin=ATL&destination=JFK&gate=1',
    status: 400,
    code: 'REQUEST_KEY_UNKNOWN',
  },
  {
    why: 'an unknown feature',
    path: '/features/departure-delay?origin=ATL&destination=JFK&features=x',
    status: 400,
    code: 'FEATURE_UNKNOWN',
  },
  { why: 'a body that is not JSON', path: '/features/departure-delay', body: '{', status: 400, code: 'REQUEST_MALFORMED' },
  {
    why: 'too many rows',
    path: '/features/departure-delay',
    body: JSON.stringify({ rows: Array.from({ length: 501 }, () => ({ origin: 'secret', destination: 'b' })) }),
    status: 413,
    code: 'REQUEST_TOO_MANY_ROWS',
  },
  {
    why: 'a key of the wrong type',
    path: '/features/departure-delay',
    body: '{"rows":[{"origin":1,"destination":"b"}]}',
    status: 400,
    code: 'REQUEST_KEY_WRONG_TYPE',
  },
])('the API refuses $why', async ({ path, token = true, body, status, code }) => {
  const { api, token: jwt } = run.stage.engine;
  const answer = await fetch(`${api}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: token ? { authorization: `Bearer ${jwt}` } : {},
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status).toBe(status);
  const text = await answer.text();
  if (code !== undefined) {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ status, code });
  }
  expect(text).not.toContain('secret');
});

test('a read leaves an audit line without a key or a value, in a log of its own', async () => {
  const printed = readFileSync(join(data, 'logs/dev-serve-features.log'), 'utf8')
    .split('\n')
    .flatMap((line) => /\{"kind":"feature-read".*$/.exec(line) ?? []);
  expect(printed.length).toBeGreaterThan(0);
  for (const line of printed) expect(line).not.toMatch(/ATL|JFK|nowhere/);
  await run.stage.instance.idle();
  const { endpoint, region } = run.stage.engine;
  const client = new CloudWatchLogsClient({ endpoint, region, credentials: engineCredentials });
  const pages = await Array.fromAsync(
    paginateFilterLogEvents({ client }, { logGroupName: run.stage.names.logGroup('audit', 'feature-reads') }),
  );
  const kept = pages.flatMap(({ events = [] }) => events.map(({ message }) => message));
  expect(kept.toSorted()).toEqual(printed.toSorted());
});
