/** `kill -9` of the engine wherever it hurts, a restart over what it left, and the same evidence as on a quiet day. */
import { join } from 'node:path';
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { type ConnectedStage, connect } from '@tidemark/cli/connect';
import { runQuery } from '@tidemark/cli/run-query';
import { followIngest, type Upload, upload } from '@tidemark/cli/upload';
import { type DatasetManifest, dateOf, type IngestPlan, ledgerKeys, type Receipt } from '@tidemark/pipeline';
import { afterAll, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { type Serving, serve } from '../e2e/tidemark-process.ts';
import { until } from '../e2e/until.ts';
import { writeRouteFile, writeRouteLabels } from './route-files.ts';

const files = temporaryDir();
const file = writeRouteFile(join(files, 'routes.csv'));
const labels = writeRouteLabels(join(files, 'labels.csv'));
const dirs: string[] = [];
let engine: Serving<unknown> | undefined;

afterAll(async () => {
  await engine?.stop('SIGKILL');
  for (const dir of [files, ...dirs]) removeDir(dir);
});

/** Starts over the directory and, the second time, on the port that clients know. */
async function start(data: string): Promise<{ stage: ConnectedStage; port: string }> {
  const first = serve('dev', '--json', '--data', data, '--port', '0', '--api-port', '0');
  engine = first;
  const { endpoint } = await first.ready;
  return { stage: await connect({ data, stage: 'dev', aws: false }), port: new URL(endpoint).port };
}

interface Seen {
  readonly stage: ConnectedStage;
  readonly uploaded: Upload;
  readonly date: string;
  /** Files in the offline store when the engine was started last. */
  readonly filesBefore: number;
}

const ledgerOf = ({ names }: ConnectedStage) => names.bucket('ledger');
async function count(stage: ConnectedStage, bucket: string, prefix: string): Promise<number> {
  let found = 0;
  for await (const _ of stage.objects.list(bucket, prefix)) found++;
  return found;
}
async function readJson<T>(stage: ConnectedStage, bucket: string, key: string): Promise<T | undefined> {
  const body = await stage.objects.read({ bucket, key });
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString('utf8')) as T);
}
const planOf = ({ stage, uploaded, date }: Seen) =>
  readJson<IngestPlan>(stage, ledgerOf(stage), ledgerKeys.plan(date, uploaded.ingestId));
const receiptOf = ({ stage, uploaded, date }: Seen) =>
  readJson<Receipt>(stage, ledgerOf(stage), ledgerKeys.receipt(date, uploaded.ingestId));
const chunkResults = ({ stage, uploaded, date }: Seen) =>
  count(stage, ledgerOf(stage), ledgerKeys.chunkResults(date, uploaded.ingestId));
const offlineFiles = (stage: ConnectedStage) => count(stage, stage.names.bucket('offline'), 'feature-store/');

/** In the order in which an ingest comes by them. `undefined`: it is too late. */
const MOMENTS: readonly { readonly moment: string; readonly reached: (seen: Seen) => Promise<boolean | undefined> }[] = [
  { moment: 'the object is acknowledged, its event on its way', reached: async () => true },
  {
    moment: 'the file is being planned',
    async reached(seen) {
      if ((await planOf(seen)) !== undefined) return undefined;
      return (await seen.stage.executions.status('ingest', seen.uploaded.ingestId)) === 'RUNNING';
    },
  },
  {
    moment: 'some chunks have their result',
    async reached(seen) {
      const [plan, results] = [await planOf(seen), await chunkResults(seen)];
      if (plan !== undefined && results === plan.file.chunks.length) return undefined;
      return results > 0;
    },
  },
  {
    moment: 'a flush to the offline store has written its first files',
    reached: async ({ stage, filesBefore }) => (await offlineFiles(stage)) > filesBefore,
  },
  {
    moment: 'every chunk has its result, and there is no receipt',
    async reached(seen) {
      if ((await receiptOf(seen)) !== undefined) return undefined;
      return (await chunkResults(seen)) === (await planOf(seen))?.file.chunks.length;
    },
  },
];

/** States of `build-dataset` in which the engine is killed. */
const DATASET_STATES = ['Query', 'Finish ranges'];

async function hasEntered({ sfn, names }: ConnectedStage, state: string): Promise<boolean> {
  const executionArn = `${names.machineArn('build-dataset').replace(':stateMachine:', ':execution:')}:routes`;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.some((event) => event.stateEnteredEventDetails?.name === state);
}

interface Evidence {
  readonly receipt: Receipt;
  readonly history: { readonly rows: number; readonly distinct: number; readonly different: number };
  readonly dataset: Pick<DatasetManifest, 'rows' | 'contentHash' | 'coverage' | 'states'>;
}

/** The main job of one file, with a kill at each of the moments. */
async function mainJob(moments: typeof MOMENTS, datasetStates: readonly string[]): Promise<Evidence> {
  const data = temporaryDir();
  dirs.push(data);
  const { stage, port } = await start(data);
  const killAndRestart = async () => {
    expect(await engine?.stop('SIGKILL')).toBe(null);
    engine = serve('dev', '--json', '--data', data, '--port', port, '--api-port', '0');
  };
  await upload(stage, join(files, 'labels.csv'), 'labels/labels.csv', stage.names.bucket('work'));

  const uploaded = await upload(stage, join(files, 'routes.csv'), 'route-days/routes.csv');
  let seen: Seen = {
    stage,
    uploaded,
    date: dateOf((await stage.objects.head(uploaded.request))?.lastModifiedMs ?? 0),
    filesBefore: 0,
  };
  for (const { moment, reached } of moments) {
    await until(moment, () => reached(seen));
    seen = { ...seen, filesBefore: await offlineFiles(stage) };
    await killAndRestart();
  }
  await engine?.ready;
  const receipt = await followIngest(stage, uploaded);
  const history = await wholeHistory(stage, receipt.rows.accepted);

  const request = {
    view: 'departure-delay',
    labels: `s3://${stage.names.bucket('work')}/labels/labels.csv`,
    labelTime: 'label_time',
  };
  await stage.executions.start('build-dataset', 'routes', request);
  for (const state of datasetStates) {
    await until(state, () => hasEntered(stage, state));
    await killAndRestart();
  }
  await engine?.ready;
  await until('the end of the data set', async () => (await stage.executions.status('build-dataset', 'routes')) !== 'RUNNING');
  const manifest = await readJson<DatasetManifest>(stage, stage.names.bucket('datasets'), 'datasets/routes/_manifest.json');
  expect(manifest).toBeDefined();
  const { rows, contentHash, coverage, states } = manifest as DatasetManifest;
  expect(await engine?.stop('SIGTERM')).toBe(0);
  return { receipt, history, dataset: { rows, contentHash, coverage, states } };
}

/** Once every accepted row is there. Rows of one entity and event time that differ are counted. */
async function wholeHistory(stage: ConnectedStage, accepted: number): Promise<Evidence['history']> {
  const { offline } = (await stage.groups.describe('dev-route-days-v1')) ?? {};
  for (;;) {
    const [[rows, distinct, variants] = []] = await runQuery(
      stage,
      `SELECT count(*), count(DISTINCT (entity_key, event_time)), count(DISTINCT (entity_key, event_time, flights, mean_delay, share_late, distance))
       FROM "${offline?.database}"."${offline?.table}"`,
    );
    if (Number(distinct) >= accepted)
      return { rows: Number(rows), distinct: Number(distinct), different: Number(variants) - Number(distinct) };
  }
}

test('an ingest and a data set that were killed seven times end with the evidence of an undisturbed run', async () => {
  const quiet = await mainJob([], []);
  const rows = { read: file.rows, accepted: file.rows - file.bad, quarantined: file.bad };
  expect([quiet.receipt.status, quiet.receipt.rows, quiet.receipt.reasons]).toEqual([
    'sealed',
    rows,
    { ROW_NOT_A_NUMBER: file.bad },
  ]);
  expect(quiet.history).toEqual({ rows: rows.accepted, distinct: rows.accepted, different: 0 });
  expect(quiet.dataset.rows).toBe(labels.rows);
  expect(quiet.dataset.coverage.route_flights).toBeGreaterThan(0.9);

  const killed = await mainJob(MOMENTS, DATASET_STATES);
  const essence = ({ receipt: { status, rows, writes, reasons, chunks, sha256, definitionHash } }: Evidence) => ({
    status,
    rows,
    writes,
    reasons,
    chunks,
    sha256,
    definitionHash,
  });
  expect(essence(killed)).toEqual(essence(quiet));
  expect({ ...killed.history, rows: 0 }).toEqual({ ...quiet.history, rows: 0 });
  expect(killed.history.rows).toBeGreaterThanOrEqual(rows.accepted);
  expect(killed.dataset).toEqual(quiet.dataset);
});
