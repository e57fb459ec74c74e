/** An object whose event never came gets its ingest all the same, and an ingest that was stopped goes on. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { followIngest, type Upload } from '@tidemark/cli/upload';
import { createEngine, createEngineClock, engineCredentials } from '@tidemark/engine';
import { stageNames } from '@tidemark/functions/resolve-topology';
import { ingestIdOf, type Reconciliation } from '@tidemark/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeDir, temporaryDir } from './harness.ts';

const LOST = 'route-days/lost & found = 100%+é.csv';
const STOPPED = 'route-days/stopped.csv';
const HEADER = 'origin,destination,day_end,flights,mean_delay,share_late,distance\n';
const data = temporaryDir();
let stage: RunningStage;
let uploads: { readonly lost: Upload; readonly stopped: Upload };

/** Ten minutes ago nothing was deployed: the bucket notified nobody. */
async function putWithoutNotification(): Promise<typeof uploads> {
  const engine = await createEngine({ dataDir: data, clock: createEngineClock(() => Date.now() - 600_000) });
  try {
    const s3 = new S3Client({
      endpoint: engine.endpoint,
      region: engine.region,
      credentials: engineCredentials,
      forcePathStyle: true,
    });
    const Bucket = stageNames({ stage: 'dev', account: engine.account, region: engine.region }).bucket('raw');
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const put = async (key: string): Promise<Upload> => {
      const { VersionId: versionId } = await s3.send(
        new PutObjectCommand({ Bucket, Key: key, Body: `${HEADER}ATL,JFK,2001-01-02T00:00:00Z,9,4.5,0.25,760\n` }),
      );
      const request = { bucket: Bucket, key, versionId, attempt: 0 };
      return { key, request, ingestId: ingestIdOf(request, 0) };
    };
    return { lost: await put(LOST), stopped: await put(STOPPED) };
  } finally {
    await engine.stop();
  }
}

beforeAll(async () => {
  uploads = await putWithoutNotification();
  stage = await startStage({ data, port: 0, apiPort: 0, stage: 'dev', profile: 'default' });
});
afterAll(async () => {
  await stage?.stop();
  removeDir(data);
});

async function reconcile(): Promise<Reconciliation> {
  const { endpoint, region } = stage.engine;
  const lambda = new LambdaClient({ endpoint, region, credentials: engineCredentials });
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: stage.names.functionName('reconcile') }),
  );
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as Reconciliation;
}

test('`reconcile` starts the ingest that is missing and redrives the one that was stopped, once', async () => {
  const { lost, stopped } = uploads;
  await stage.instance.idle();
  expect(await stage.executions.status('ingest', lost.ingestId)).toBeUndefined();
  await stage.executions.start('ingest', stopped.ingestId, stopped.request);
  const executionArn = `${stage.names.machineArn('ingest').replace(':stateMachine:', ':execution:')}:${stopped.ingestId}`;
  await stage.sfn.send(new StopExecutionCommand({ executionArn }));
  expect(await stage.executions.status('ingest', stopped.ingestId)).toBe('ABORTED');

  expect(await reconcile()).toMatchObject({ looked: 2, started: 1, redriven: 1, running: 0 });
  for (const uploaded of [lost, stopped]) {
    const { versionId } = uploaded.request;
    expect(await followIngest(stage, uploaded)).toMatchObject({
      key: uploaded.key,
      versionId,
      status: 'sealed',
      rows: { read: 1, accepted: 1, quarantined: 0 },
    });
  }

  expect(await reconcile()).toMatchObject({ looked: 2, started: 0, redriven: 0, running: 0 });
});

test('an object that has just come is left to its event', async () => {
  await stage.s3.send(new PutObjectCommand({ Bucket: stage.names.bucket('raw'), Key: 'route-days/new.csv', Body: HEADER }));
  expect(await reconcile()).toMatchObject({ looked: 2, started: 0 });
});
