/** Whatever AWS is allowed to do to us, the evidence and the answers are those of a kind day. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { runQuery } from '@tidemark/cli/run-query';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { followIngest, upload } from '@tidemark/cli/upload';
import { engineCredentials, type ProfileName } from '@tidemark/engine';
import { exportFlights, type FlightsExport } from '@tidemark/features/flights/export';
import type { DatasetManifest, QuarantineLine, Receipt } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyDefinitions } from './definitions-copy.ts';
import { removeDir, startWithoutSchedules, temporaryDir } from './harness.ts';
import { inFastTime, ingestFiles, quarantineBehind } from './ingest-files.ts';
import { tidemark } from './tidemark-process.ts';

const DAY_MS = 86_400_000;
const GROUPS = ['airport-profile', 'airport-hours', 'route-days'] as const;
const LONGEST_OFFLINE_DELAY_MS = 20 * 60_000;
/** Yesterday is the last of three days, so that most records have not expired. */
const anchor = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);

interface Outcome {
  readonly stage: RunningStage;
  readonly receipts: readonly Receipt[];
  readonly quarantine: readonly QuarantineLine[];
  readonly manifest: DatasetManifest;
}

const files = temporaryDir();
const dirs = { default: temporaryDir(), harsh: temporaryDir() };
const copy = copyDefinitions();
let exported: FlightsExport;
let kind: Outcome;
let harsh: Outcome;
const started: RunningStage[] = [];

beforeAll(async () => {
  exported = await exportFlights({ outDir: files, anchor, days: 3, plant: true });
  kind = await mainJob('default', (stage) => stage.instance.drainOffline());
  harsh = await mainJob('harsh', async ({ instance }) => {
    instance.clock.advance(LONGEST_OFFLINE_DELAY_MS);
    await instance.idle();
  });
}, 300_000);
afterAll(async () => {
  for (const stage of started) await stage.stop();
  copy.remove();
  for (const dir of [files, dirs.default, dirs.harsh]) removeDir(dir);
});

async function mainJob(profile: ProfileName, untilOffline: (stage: RunningStage) => Promise<void>): Promise<Outcome> {
  const stage = await startWithoutSchedules({ data: dirs[profile], profile, definitions: copy.module });
  started.push(stage);
  const receipts = await inFastTime(stage, ingestFiles(stage, exported.files));
  await untilOffline(stage);
  await upload(stage, exported.labels.path, exported.labels.key, stage.names.bucket('work'));
  const labels = `s3://${stage.names.bucket('work')}/${exported.labels.key}`;
  const manifest = await inFastTime(
    stage,
    buildDataset(stage, 'three-days', { view: 'departure-delay', labels, labelTime: 'scheduled' }, () => {}),
  );
  return { stage, receipts, quarantine: await quarantineBehind(stage, receipts), manifest };
}

const tableOf = async (stage: RunningStage, group: (typeof GROUPS)[number]) => {
  const { offline } = (await stage.groups.describe(`dev-${group}-v1`)) ?? {};
  return `"${offline?.database}"."${offline?.table}"`;
};

async function mostFilesAnHour(stage: RunningStage, group: (typeof GROUPS)[number]): Promise<number> {
  const { location = '' } = (await stage.groups.describe(`dev-${group}-v1`))?.offline ?? {};
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  const files = new Map<string, number>();
  for await (const { key } of stage.objects.list(bucket, `${prefix}/`)) {
    const hour = key.slice(0, key.lastIndexOf('/'));
    files.set(hour, (files.get(hour) ?? 0) + 1);
  }
  return Math.max(...files.values());
}

describe('the harsh profile', () => {
  test('was harsh: events came twice, rows reached the offline store late, in several files and some of them twice', async () => {
    const { stage } = harsh;
    const events =
      readFileSync(join(dirs.harsh, 'logs/dev-object-uploaded.log'), 'utf8').match(/"message":"object uploaded"/g)?.length ?? 0;
    expect(events).toBeGreaterThan(exported.files.length);
    const { executions = [] } = await stage.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: stage.names.machineArn('ingest') }),
    );
    expect(executions.map(({ status }) => status)).toEqual(exported.files.map(() => 'SUCCEEDED'));
    for (const group of ['airport-hours', 'route-days'] as const) {
      const [[rows, distinct, leastDelayS] = []] = await runQuery(
        stage,
        `SELECT count(*), count(DISTINCT (entity_key, event_time)), min(date_diff('second', api_invocation_time, write_time)) FROM ${await tableOf(stage, group)}`,
      );
      const accepted = harsh.receipts
        .filter((receipt) => receipt.group === group)
        .reduce((sum, { rows }) => sum + rows.accepted, 0);
      expect([group, Number(distinct)]).toEqual([group, accepted]);
      expect(Number(rows)).toBeGreaterThan(accepted);
      expect(Number(leastDelayS)).toBeGreaterThanOrEqual(60);
      expect(await mostFilesAnHour(stage, group)).toBeGreaterThan(1);
    }
  });

  test('gives every file the same receipt, whatever its key is made of', () => {
    const essence = ({ receipts }: Outcome) =>
      receipts.map(({ key, status, rows, writes, reasons, chunks, sha256, refusal }) => ({
        key,
        status,
        rows,
        writes,
        reasons,
        chunks,
        sha256,
        refusal,
      }));
    expect(essence(harsh)).toEqual(essence(kind));
    expect(harsh.receipts.map(({ key, rows, refusal }) => ({ key, rows, refusal: refusal?.code }))).toEqual(
      exported.files.map(({ key, rows, planted, refusal }) => ({
        key,
        rows: { read: rows, accepted: rows - planted, quarantined: planted },
        refusal,
      })),
    );
    const keys = exported.files.map((file) => file.key).join();
    for (const character of [' ', '+', '=', '%', 'ü']) expect(keys).toContain(character);
  });

  test('gives the same quarantine', () => {
    const essence = ({ quarantine }: Outcome) => quarantine.map(({ versionId: _, bucket: __, ...line }) => line);
    expect(essence(harsh)).toEqual(essence(kind));
    expect(harsh.quarantine.filter(({ row }) => row >= 0)).toHaveLength(exported.planted.length);
  });

  test('gives the same data set', () => {
    const essence = ({ manifest: { rows, contentHash, coverage, states, checks } }: Outcome) => ({
      rows,
      contentHash,
      coverage,
      states,
      checks,
    });
    expect(essence(harsh)).toEqual(essence(kind));
    expect(harsh.manifest.rows).toBe(exported.labels.rows);
    expect(harsh.manifest.coverage.origin_departures).toBeGreaterThan(0.9);
  });

  test('gives the same online records', async () => {
    // In the middle of the same hour for both: airport hours expire, at full hours.
    const atMs = (Math.floor(harsh.stage.instance.clock.nowMs() / 3_600_000) + 1.5) * 3_600_000;
    for (const { instance } of [kind.stage, harsh.stage]) instance.clock.advance(atMs - instance.clock.nowMs());
    for (const group of GROUPS) {
      const found = await runQuery(
        kind.stage,
        `SELECT DISTINCT entity_key FROM ${await tableOf(kind.stage, group)} ORDER BY 1 LIMIT 900`,
      );
      const keys = found.map(([key]) => key as string);
      const [expected, actual] = [await onlineRecords(kind.stage, group, keys), await onlineRecords(harsh.stage, group, keys)];
      expect(actual).toEqual(expected);
      expect(actual.size).toBeGreaterThan(keys.length / 2);
    }
  });
});

test.each(['default', 'harsh'] as const)('profile %s keeps an audit line of every read', async (profile) => {
  const { stage } = profile === 'harsh' ? harsh : kind;
  const { api, token, endpoint, region } = stage.engine;
  const read = async () => {
    const answer = await fetch(`${api}/features/departure-delay?origin=ATL&destination=JFK`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await answer.json()) as { requestId: string }).requestId;
  };
  const asked = await Promise.all(Array.from({ length: 20 }, read));
  const logs = new CloudWatchLogsClient({ endpoint, region, credentials: engineCredentials });
  const logGroupName = stage.names.logGroup('audit', 'feature-reads');
  let kept: string[] = [];
  const missing = async () => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    kept = events.map(({ message }) => (JSON.parse(message ?? '') as { requestId: string }).requestId);
    return asked.filter((id) => !kept.includes(id));
  };
  // Not until the engine is idle: machines that a schedule starts meanwhile wait for much longer.
  await inFastTime(stage, expect.poll(missing, { timeout: 60_000 }).toEqual([]));
  expect([...new Set(kept)].sort()).toEqual(asked.toSorted());
  if (profile === 'default') expect(kept).toHaveLength(asked.length);
});

/** By entity key; asks again for what comes back unprocessed. */
async function onlineRecords(
  { engine: { endpoint, region } }: RunningStage,
  group: string,
  keys: readonly string[],
): Promise<Map<string, unknown>> {
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
  const records = new Map<string, unknown>();
  for (let open = [...keys]; open.length > 0; ) {
    const page = open.splice(0, 100);
    const answer = await runtime.send(
      new BatchGetRecordCommand({ Identifiers: [{ FeatureGroupName: `dev-${group}-v1`, RecordIdentifiersValueAsString: page }] }),
    );
    for (const { RecordIdentifierValueAsString: key, Record: values } of answer.Records ?? []) records.set(key as string, values);
    open = open.concat((answer.UnprocessedIdentifiers ?? []).flatMap((one) => one.RecordIdentifiersValueAsString ?? []));
    expect(answer.Errors ?? []).toEqual([]);
  }
  return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('a feature that the data plane does not know yet', () => {
  test('fails the chunk, which the machine tries again until the schema cache has passed', async () => {
    const { stage } = harsh;
    const line = "    departures: integral({ description: 'flights that were to leave in the hour' }),\n";
    copy.edit(line, `${line}    cancelled: integral({ description: 'flights that did not leave' }),\n`);
    expect(await tidemark('apply', '--definitions', copy.module, '--data', dirs.harsh)).toMatchObject({ code: 0 });

    const hourEnd = `${new Date(Math.floor(stage.instance.clock.nowMs() / 3_600_000) * 3_600_000).toISOString().slice(0, 19)}Z`;
    const path = join(files, 'cancelled.csv');
    writeFileSync(path, `airport,hour_end,departures,cancelled,mean_delay,share_late\nATL,${hourEnd},40,2,1,0\n`);
    const uploaded = await upload(stage, path, 'airport-hours/cancelled.csv');
    stage.instance.clock.advance(2_000);

    const refusals = () => chunkFailures(stage, uploaded.ingestId);
    await expect.poll(refusals, { timeout: 60_000 }).toEqual(['INGEST_WRITE_FAILED']);
    stage.instance.clock.advance(20_000);
    await expect.poll(refusals, { timeout: 60_000 }).toEqual(['INGEST_WRITE_FAILED', 'INGEST_WRITE_FAILED']);
    expect(await stage.executions.status('ingest', uploaded.ingestId)).toBe('RUNNING');

    stage.instance.clock.advance(5 * 60_000);
    const receipt = await inFastTime(stage, followIngest(stage, uploaded));
    expect([receipt.status, receipt.rows]).toEqual(['sealed', { read: 1, accepted: 1, quarantined: 0 }]);
    expect((await onlineRecords(stage, 'airport-hours', ['ATL'])).get('ATL')).toContainEqual({
      FeatureName: 'cancelled',
      ValueAsString: '2',
    });
  });
});

/** The errors of an ingest's chunks so far, as Step Functions tells them. */
async function chunkFailures({ sfn, names }: RunningStage, ingestId: string): Promise<(string | undefined)[]> {
  const executionArn = `${names.machineArn('ingest').replace(':stateMachine:', ':execution:')}:${ingestId}`;
  const failures: (string | undefined)[] = [];
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn })).catch(() => ({ mapRuns: [] }));
  for (const { mapRunArn } of mapRuns) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ mapRunArn }));
    for (const child of executions) {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: child.executionArn }));
      failures.push(
        ...events.flatMap((event) => (event.taskFailedEventDetails === undefined ? [] : [event.taskFailedEventDetails.error])),
      );
    }
  }
  return failures;
}
