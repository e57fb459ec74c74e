/** Ordinary AWS clients against a running stage: the JavaScript SDK, and the AWS CLI and boto3 where they are installed. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeFeatureGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  BatchGetRecordCommand,
  type FeatureValue,
  GetRecordCommand,
  PutRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { engineCredentials } from '@tidemark/engine';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { removeDir, temporaryDir } from './harness.ts';

const GROUP = 'dev-airport-hours-v1';
const KEY = 'airport-hours/dt=2030-01-01/dropped by hand+1 % é.csv';
const hour = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 13)}:00:00Z`;

const data = temporaryDir();
let stage: RunningStage;
let clients: ReturnType<typeof clientsOf>;
/** The execution that the upload of a file with two good rows and a bad one started. */
let ingested: Awaited<ReturnType<typeof endOf>>;

/** What a program makes without knowing of the engine: nothing but the endpoint and any credentials. */
function clientsOf({ endpoint, region }: { readonly endpoint: string; readonly region: string }) {
  const config = { endpoint, region, credentials: engineCredentials };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    runtime: new SageMakerFeatureStoreRuntimeClient(config),
    sagemaker: new SageMakerClient(config),
    athena: new AthenaClient(config),
    states: new SFNClient(config),
  };
}

beforeAll(async () => {
  stage = await startStage({ data, port: 0, apiPort: 0, stage: 'dev', profile: 'default' });
  clients = clientsOf(stage.engine);
  const csv = `airport,hour_end,departures,mean_delay,share_late\n"XAA",${hour},42,7.5,0.25\nXBB,${hour},17,-1.25,0\nXCC,yesterday,1,1,1\n`;
  await clients.s3.send(new PutObjectCommand({ Bucket: stage.names.bucket('raw'), Key: KEY, Body: csv }));
  const started = await vi.waitFor(async () => {
    const { executions } = await clients.states.send(
      new ListExecutionsCommand({ stateMachineArn: stage.names.machineArn('ingest') }),
    );
    expect(executions).toHaveLength(1);
    return executions?.[0]?.executionArn;
  }, patiently);
  ingested = await endOf(started);
});
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.destroy();
  await stage?.stop();
  removeDir(data);
});

const patiently = { timeout: 60_000, interval: 100 };
const valuesOf = (record: readonly FeatureValue[] | undefined) =>
  Object.fromEntries((record ?? []).map((one) => [one.FeatureName, one.ValueAsString]));
const recordOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString }));

function endOf(executionArn: string | undefined) {
  return vi.waitFor(async () => {
    const execution = await clients.states.send(new DescribeExecutionCommand({ executionArn }));
    expect(execution.status).not.toBe('RUNNING');
    return execution;
  }, patiently);
}

test('a file that is put into the raw bucket is ingested, and GetRecord shows it', async () => {
  expect(ingested.status).toBe('SUCCEEDED');
  expect(JSON.parse(ingested.output ?? '')).toMatchObject({ key: KEY, rows: { read: 3, accepted: 2, quarantined: 1 } });

  const { Record } = await clients.runtime.send(
    new GetRecordCommand({ FeatureGroupName: GROUP, RecordIdentifierValueAsString: 'XAA' }),
  );
  expect(valuesOf(Record)).toEqual({
    entity_key: 'XAA',
    airport: 'XAA',
    event_time: hour,
    departures: '42',
    mean_delay: '7.5',
    share_late: '0.25',
  });
});

test('PutRecord writes what BatchGetRecord reads', async () => {
  const values = { entity_key: 'XDD', airport: 'XDD', event_time: hour, departures: '3', mean_delay: '0.5', share_late: '0' };
  await clients.runtime.send(new PutRecordCommand({ FeatureGroupName: GROUP, Record: recordOf(values) }));
  const { Records, Errors, UnprocessedIdentifiers } = await clients.runtime.send(
    new BatchGetRecordCommand({
      Identifiers: [{ FeatureGroupName: GROUP, RecordIdentifiersValueAsString: ['XDD', 'XBB', 'nowhere'] }],
    }),
  );
  expect([Errors, UnprocessedIdentifiers]).toEqual([[], []]);
  const found = Object.fromEntries((Records ?? []).map((one) => [one.RecordIdentifierValueAsString, valuesOf(one.Record)]));
  expect(found).toEqual({
    XDD: values,
    XBB: { ...values, entity_key: 'XBB', airport: 'XBB', departures: '17', mean_delay: '-1.25' },
  });
});

test('Athena reads the history of the upload, and its CSV lies where it says', async () => {
  const { OfflineStoreConfig } = await clients.sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName: GROUP }));
  const { Database, TableName } = OfflineStoreConfig?.DataCatalogConfig ?? {};
  const QueryString = `SELECT airport, departures FROM "${Database}"."${TableName}" WHERE airport IN ('XAA', 'XBB') ORDER BY airport`;
  const ResultConfiguration = { OutputLocation: `s3://${stage.names.bucket('work')}/by-hand/` };

  const location = await vi.waitFor(async () => {
    const { QueryExecutionId } = await clients.athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
    const execution = await vi.waitFor(async () => {
      const { QueryExecution } = await clients.athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      expect(QueryExecution?.Status?.State).toBe('SUCCEEDED');
      return QueryExecution;
    }, patiently);
    const { ResultSet } = await clients.athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    expect(ResultSet?.Rows).toHaveLength(3);
    return execution?.ResultConfiguration?.OutputLocation ?? '';
  }, patiently);

  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(await Body?.transformToString()).toBe('"airport","departures"\n"XAA","42"\n"XBB","17"\n');
});

test('the ingest machine runs again when it is started by hand', async () => {
  const input = JSON.stringify({ ...JSON.parse(ingested.input ?? ''), attempt: 1 });
  const started = await clients.states.send(
    new StartExecutionCommand({ stateMachineArn: stage.names.machineArn('ingest'), name: 'by-hand', input }),
  );
  const { status, output } = await endOf(started.executionArn);
  expect(status).toBe('SUCCEEDED');
  expect(JSON.parse(output ?? '')).toMatchObject({ attempt: 1, rows: { read: 3, accepted: 2, quarantined: 1 } });
});

const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Not blocking: the engine that answers lives in this process. Nothing that is configured for the real AWS takes part. */
async function run(command: string, ...args: string[]): Promise<string> {
  const foreign = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const env: NodeJS.ProcessEnv = { ...process.env, ...Object.fromEntries(foreign.map((name) => [name, undefined])) };
  Object.assign(env, {
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_DEFAULT_REGION: stage.engine.region,
    AWS_PAGER: '',
  });
  Object.assign(env, {
    AWS_ENDPOINT_URL: stage.engine.endpoint,
    AWS_CONFIG_FILE: `${data}/none`,
    AWS_SHARED_CREDENTIALS_FILE: `${data}/none`,
  });
  return (await promisify(execFile)(command, args, { env, timeout: 60_000 })).stdout;
}

test.skipIf(!works('aws', '--version'))('the AWS CLI copies the file back and gets the record', async () => {
  const endpoint = ['--endpoint-url', stage.engine.endpoint];
  expect(await run('aws', ...endpoint, 's3', 'cp', `s3://${stage.names.bucket('raw')}/${KEY}`, '-')).toMatch(
    /^airport,hour_end,/,
  );
  const answer = await run(
    'aws',
    ...endpoint,
    'sagemaker-featurestore-runtime',
    'get-record',
    '--feature-group-name',
    GROUP,
    '--record-identifier-value-as-string',
    'XAA',
    '--output',
    'json',
  );
  expect(valuesOf(JSON.parse(answer).Record)).toMatchObject({ airport: 'XAA', departures: '42' });
});

test.skipIf(!works('python3', '-c', 'import boto3'))('boto3 puts a record and gets it in a batch', async () => {
  const program = `
import boto3, json
runtime = boto3.client("sagemaker-featurestore-runtime")
record = {"entity_key": "XEE", "airport": "XEE", "event_time": "${hour}", "departures": "9"}
runtime.put_record(FeatureGroupName="${GROUP}", Record=[{"FeatureName": name, "ValueAsString": value} for name, value in record.items()])
answer = runtime.batch_get_record(Identifiers=[{"FeatureGroupName": "${GROUP}", "RecordIdentifiersValueAsString": ["XEE"]}])
print(json.dumps(answer["Records"][0]["Record"]))`;
  expect(valuesOf(JSON.parse(await run('python3', '-c', program)))).toEqual({
    entity_key: 'XEE',
    airport: 'XEE',
    event_time: hour,
    departures: '9',
  });
});
