/** An object whose event never came gets its ingest all the same. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { createEngine, createEngineClock, engineCredentials } from '@tidemark/engine';
import { stageNames } from '@tidemark/functions/resolve-topology';
import { ingestIdOf, type Reconciliation } from '@tidemark/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followIngest } from '@tidemark/cli/upload';
import { removeDir, temporaryDir } from './harness.ts';

const KEY = 'route-days/lost & found = 100%+é.csv';
const data = temporaryDir();
let stage: RunningStage;
let versionId: string | undefined;

/** Ten minutes ago nothing was deployed: the bucket notified nobody. */
async function putWithoutNotification(): Promise<string | undefined> {
  const engine = await createEngine({ dataDir: data, clock: createEngineClock(() => Date.now() - 600_000) });
  try {
    const s3 = new S3Client({ endpoint: engine.endpoint, region: engine.region, credentials: engineCredentials, forcePathStyle: true });
    const Bucket = stageNames({ stage: 'dev', account: engine.account, region: engine.region }).bucket('raw');
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const Body = 'origin,destination,day_end,flights,mean_delay,share_late,distance\nATL,JFK,2001-01-02T00:00:00Z,9,4.5,0.25,760\n';
    return (await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body }))).VersionId;
  } finally {
    await engine.stop();
  }
}

beforeAll(async () => {
  versionId = await putWithoutNotification();
  stage = await startStage({ data, port: 0, apiPort: 0, stage: 'dev', profile: 'default' });
});
afterAll(async () => {
  await stage?.stop();
  removeDir(data);
});

async function reconcile(): Promise<Reconciliation> {
  const { endpoint, region } = stage.engine;
  const lambda = new LambdaClient({ endpoint, region, credentials: engineCredentials });
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: stage.names.functionName('reconcile') }));
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as Reconciliation;
}

test('`reconcile` starts the ingest that is missing, once', async () => {
  const bucket = stage.names.bucket('raw');
  const request = { bucket, key: KEY, versionId, attempt: 0 };
  const ingestId = ingestIdOf(request, 0);
  await stage.instance.idle();
  expect(await stage.executions.status('ingest', ingestId)).toBeUndefined();

  expect(await reconcile()).toMatchObject({ looked: 1, started: 1, redriven: 0, running: 0 });
  const receipt = await followIngest(stage, { key: KEY, request, ingestId });
  expect(receipt).toMatchObject({ key: KEY, versionId, status: 'sealed', rows: { read: 1, accepted: 1, quarantined: 0 } });

  expect(await reconcile()).toMatchObject({ looked: 1, started: 0, redriven: 0, running: 0 });
});

test('an object that has just come is left to its event', async () => {
  const Body = 'origin,destination,day_end,flights,mean_delay,share_late,distance\n';
  await stage.s3.send(new PutObjectCommand({ Bucket: stage.names.bucket('raw'), Key: 'route-days/new.csv', Body }));
  expect(await reconcile()).toMatchObject({ looked: 1, started: 0 });
});
