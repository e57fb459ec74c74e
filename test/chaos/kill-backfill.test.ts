/** `kill -9` of the engine in the middle of a backfill: it goes on at the next start, and its receipt is that of a quiet run. */
import { join } from 'node:path';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { type ConnectedStage, connect } from '@tidemark/cli/connect';
import { runBackfill } from '@tidemark/cli/follow-backfill';
import { runQuery } from '@tidemark/cli/run-query';
import { upload } from '@tidemark/cli/upload';
import { type BackfillReceipt, ledgerKeys } from '@tidemark/pipeline';
import { afterAll, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { type Serving, serve } from '../e2e/tidemark-process.ts';
import { until } from '../e2e/until.ts';
import { writeRouteFile } from './route-files.ts';

const files = temporaryDir();
/** Three chunks, two buckets. */
const file = writeRouteFile(join(files, 'routes.csv'), { routes: 600, hours: 50 });
const RANGE = { group: 'route-days', from: '2000-12-01T00:00:00Z', to: '2001-03-01T00:00:00Z' };
const dirs: string[] = [];
let engine: Serving<unknown> | undefined;

afterAll(async () => {
  await engine?.stop('SIGKILL');
  for (const dir of [files, ...dirs]) removeDir(dir);
});

/** The states of a group and of its children in which the engine dies. */
const STATES = ['Files', 'Wait for the history', 'Query', 'Buckets', 'Seal'];

async function backfillWithKills(states: readonly string[]): Promise<{ receipt: BackfillReceipt; stage: ConnectedStage }> {
  const data = temporaryDir();
  dirs.push(data);
  const first = serve('dev', '--json', '--data', data, '--port', '0', '--api-port', '0');
  engine = first;
  const port = new URL((await first.ready).endpoint).port;
  const stage = await connect({ data, stage: 'dev', aws: false });
  const Bucket = stage.names.bucket('raw');
  await stage.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
  await upload(stage, join(files, 'routes.csv'), 'route-days/routes.csv');
  await stage.executions.start('backfill', 'routes', RANGE);
  for (const state of states) {
    await until(state, () => hasEntered(stage, state));
    expect(await engine?.stop('SIGKILL')).toBe(null);
    engine = serve('dev', '--json', '--data', data, '--port', port, '--api-port', '0');
  }
  await engine?.ready;
  await until('the end', async () => (await stage.executions.status('backfill', 'routes')) !== 'RUNNING');
  expect(await stage.executions.status('backfill', 'routes')).toBe('SUCCEEDED');
  return { receipt: await receiptOf(stage), stage };
}

async function hasEntered({ sfn, names }: ConnectedStage, state: string): Promise<boolean> {
  const executionArn = `${names.machineArn('backfill').replace(':stateMachine:', ':execution:')}:routes`;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
  return events.some((event) => event.stateEnteredEventDetails?.name === state);
}

async function receiptOf(stage: ConnectedStage): Promise<BackfillReceipt> {
  const ledger = stage.names.bucket('ledger');
  for await (const { key } of stage.objects.list(ledger, ledgerKeys.backfillReceiptDay('').slice(0, -1))) {
    const body = await stage.objects.read({ bucket: ledger, key });
    return JSON.parse(Buffer.from(body ?? []).toString('utf8')) as BackfillReceipt;
  }
  throw new Error('there is no receipt');
}

test('a backfill that was killed five times ends with the receipt and the history of an undisturbed one', {
  timeout: 480_000,
}, async () => {
  const accepted = file.rows - file.bad;
  const essence = ({ status, window, files: read, rows, found, writes, reasons, definitionHashes }: BackfillReceipt) => ({
    status,
    window,
    read,
    rows,
    found,
    writes,
    reasons,
    definitionHashes,
  });
  const quiet = await backfillWithKills([]);
  expect(quiet.receipt.rows).toEqual({
    read: file.rows,
    outside: 0,
    quarantined: file.bad,
    unchanged: 0,
    superseded: 0,
    written: accepted,
  });
  expect(await engine?.stop('SIGTERM')).toBe(0);

  const { receipt, stage } = await backfillWithKills(STATES);
  expect(essence(receipt)).toEqual(essence(quiet.receipt));

  // What a repeated bucket wrote twice is one row to whoever reads the history by key and time.
  const { offline } = (await stage.groups.describe('dev-route-days-v1')) ?? {};
  await until('the history', async () => {
    const [[distinct] = []] = await runQuery(
      stage,
      `SELECT count(DISTINCT (entity_key, event_time)) FROM "${offline?.database}"."${offline?.table}"`,
    );
    return Number(distinct) === accepted;
  });
  const [again] = await runBackfill(stage, 'again', RANGE, () => {});
  expect(again?.rows).toMatchObject({ unchanged: accepted, written: 0 });
});
