/** `/features` through the API port with a token, beside bare node:http answering as many bytes and raw SQLite reads. */
import { DuckDBInstance } from '@duckdb/node-api';
import type { Bench } from './harness/bench-stage.ts';
import { FEAST } from './harness/published-figures.ts';
import { compare, type Section } from './harness/report.ts';
import { printPost } from './load/http-connection.ts';
import { runLoad } from './load/run-load.ts';
import { bareHttp } from './peers/bare-http.ts';
import { openRecords } from './peers/sqlite.ts';

const CONNECTIONS = 8;
const SECONDS = 3;
const WARM_UP_SECONDS = 2;
/** Different requests, sent in turn: far more entity rows than one request holds. */
const REQUESTS = 200;

interface EntityRow {
  readonly origin: string;
  readonly destination: string;
}

export async function benchFeatures(bench: Bench): Promise<Section[]> {
  await bench.loadWeek();
  const routes = await routesOf(bench.week.labels.path);
  const sections: Section[] = [];
  for (const rowsARequest of [1, 100]) {
    const batches = Array.from({ length: REQUESTS }, (_, at) =>
      Array.from({ length: rowsARequest }, (_, row) => routes[(at * 997 + row * 31) % routes.length] as EntityRow),
    );
    for (const view of ['departure-delay-uncached', 'departure-delay']) {
      sections.push(await benchView(bench, view, rowsARequest, batches));
    }
  }
  return sections;
}

async function benchView(
  bench: Bench,
  view: string,
  rowsARequest: number,
  batches: readonly (readonly EntityRow[])[],
): Promise<Section> {
  const { api, token } = bench.stage.engine;
  const load = {
    requests: batches.map((rows) =>
      printPost(`/features/${view}`, { authorization: `Bearer ${token}` }, JSON.stringify({ rows })),
    ),
    connections: CONNECTIONS,
    seconds: SECONDS,
    warmUpSeconds: WARM_UP_SECONDS,
  };
  const ours = await runLoad({ ...load, port: Number(new URL(api).port) });
  const http = await bareHttp({ ...load, seconds: 2, warmUpSeconds: 1 }, ours.meanBytes);
  const records = recordsOf(batches);
  const sqlite = openRecords(
    bench.dir,
    records.map((id) => ({ id, record: RECORD })),
  );
  const reads = sqlite.read(Math.round(batches.reduce((sum, rows) => sum + recordsOf([rows]).length, 0) / batches.length), 1);
  sqlite.close();
  const cached = view === 'departure-delay';
  return {
    title: `/features, ${rowsARequest} entity row${rowsARequest === 1 ? '' : 's'} a request, ${cached ? 'records from memory for up to 30 s' : 'every request reads the store'} (${CONNECTIONS} connections)`,
    unit: 'requests/s',
    lines: compare(
      { what: 'tidemark', ...ours },
      [
        { what: 'limit: bare node:http, as many bytes', ...http },
        { what: 'limit: raw SQLite, as many records by key', ...reads },
      ],
      rowsARequest === 1 ? FEAST.oneEntity : FEAST.hundredEntities,
    ),
  };
}

/** A record as long as one of ours is. */
const RECORD = JSON.stringify(
  ['departures', 'mean_delay', 'share_late', 'event_time'].map((FeatureName) => ({
    FeatureName,
    ValueAsString: '2026-01-31T09:00:00Z',
  })),
);

/** What the view reads for these rows, each once. */
const recordsOf = (batches: readonly (readonly EntityRow[])[]): string[] => [
  ...new Set(
    batches
      .flat()
      .flatMap(({ origin, destination }) => [
        ...[origin, destination].flatMap((airport) => [`hours/${airport}`, `profile/${airport}`]),
        `route/${origin}|${destination}`,
      ]),
  ),
];

export async function routesOf(labels: string): Promise<EntityRow[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT origin, destination FROM '${labels}' ORDER BY hash(origin, destination)`,
  );
  const rows = reader.getRowObjects() as unknown as EntityRow[];
  connection.closeSync();
  return rows;
}
