/** `kill -9` of the engine at random moments of snapshots and restores: each completes on the next start, with the same hash. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectedStage, connect } from '@tidemark/cli/connect';
import { createShadows, takeSnapshot } from '@tidemark/cli/run-snapshot';
import { followIngest, upload } from '@tidemark/cli/upload';
import { dateOf, ledgerKeys, type RestoreReceipt, type SnapshotManifest } from '@tidemark/pipeline';
import { afterAll, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { type Serving, serve } from '../e2e/tidemark-process.ts';
import { until } from '../e2e/until.ts';
import { writeDistinctRoutes } from './route-files.ts';

const SEED = Number(process.env.CHAOS_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const KILLS_EACH = Number(process.env.CHAOS_KILLS ?? 5);

const files = temporaryDir();
const data = temporaryDir();
let engine: Serving<unknown> | undefined;
afterAll(async () => {
  await engine?.stop('SIGKILL');
  for (const dir of [files, data]) removeDir(dir);
});

/** Numbers in [0, 1): a linear congruential generator, so that a run can be had again. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Machine = 'snapshot' | 'restore';

test(`killed ${2 * KILLS_EACH} times, every snapshot and restore completes as on a quiet day (CHAOS_SEED=${SEED})`, {
  timeout: 1_200_000,
}, async () => {
  const first = serve('dev', '--json', '--data', data, '--port', '0', '--api-port', '0');
  engine = first;
  const port = new URL((await first.ready).endpoint).port;
  const stage = await connect({ data, stage: 'dev', aws: false });
  const random = seeded(SEED);
  const { rows } = writeDistinctRoutes(join(files, 'routes.csv'));
  await followIngest(stage, await upload(stage, join(files, 'routes.csv'), 'route-days/routes.csv'));
  const quiet = await wholeSnapshot(stage, rows);
  const [{ parts = [] } = {}] = quiet.groups;
  expect(parts.length).toBeGreaterThan(1);

  let inTheMiddle = 0;
  /** Starts an execution, kills at a random moment within what the one before took, and waits for its end after a restart. */
  async function killed(machine: Machine, id: string, input: unknown, tookMs: number): Promise<number> {
    const startedMs = performance.now();
    await stage.executions.start(machine, id, input);
    if (tookMs > 0) {
      await pause(random() * tookMs);
      if ((await stage.executions.status(machine, id)) === 'RUNNING') inTheMiddle++;
      await engine?.stop('SIGKILL');
      engine = serve('dev', '--json', '--data', data, '--port', port, '--api-port', '0');
      await engine.ready;
    }
    await until(`the end of ${id}`, async () => (await stage.executions.status(machine, id)) !== 'RUNNING');
    expect([id, await stage.executions.status(machine, id)]).toEqual([id, 'SUCCEEDED']);
    return performance.now() - startedMs;
  }
  const request = { groups: ['route-days'], asOf: quiet.asOf };
  const snapshotMs = await killed('snapshot', 'undisturbed', request, 0);
  for (let kill = 0; kill < KILLS_EACH; kill++) {
    const id = `killed-${kill}`;
    await killed('snapshot', id, request, snapshotMs);
    const manifest = await readJson<SnapshotManifest>(stage, 'datasets', `snapshots/${id}/_manifest.json`);
    expect([id, manifest?.rows, manifest?.contentHash]).toEqual([id, rows, quiet.contentHash]);
    expect(await leftIn(stage, 'work', `snapshot-work/${id}/`)).toBe(0);
  }

  let restoreMs = 0;
  for (let kill = 0; kill <= KILLS_EACH; kill++) {
    const id = `restored-${kill}`;
    await createShadows(stage, quiet.groups, id);
    const tookMs = await killed('restore', id, { snapshot: quiet.id, into: id }, restoreMs);
    if (kill === 0) restoreMs = tookMs;
    const receipt = await readJson<RestoreReceipt>(stage, 'ledger', ledgerKeys.restore(dateOf(Date.now()), id));
    expect([id, receipt?.counts]).toEqual([
      id,
      { rows, written: expect.any(Number), equal: rows, newer: 0, expired: 0, hidden: 0, unequal: 0 },
    ]);
    expect(receipt?.groups.map(({ contentHash }) => contentHash)).toEqual(quiet.groups.map(({ contentHash }) => contentHash));
  }
  expect(inTheMiddle).toBeGreaterThan(KILLS_EACH);
});

/** The first snapshot that holds every row: they reach the history some time after they were taken. */
async function wholeSnapshot(stage: ConnectedStage, rows: number): Promise<SnapshotManifest> {
  for (let attempt = 0; ; attempt++) {
    const manifest = await takeSnapshot(stage, `quiet-${attempt}`, { groups: ['route-days'] }, () => {});
    if (manifest.rows === rows) return manifest;
  }
}

async function readJson<T>(stage: ConnectedStage, bucket: 'ledger' | 'datasets', key: string): Promise<T | undefined> {
  const body = await stage.objects.read({ bucket: stage.names.bucket(bucket), key });
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString('utf8')) as T);
}

async function leftIn(stage: ConnectedStage, bucket: 'work', prefix: string): Promise<number> {
  let left = 0;
  for await (const _ of stage.objects.list(stage.names.bucket(bucket), prefix)) left++;
  return left;
}
