import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { EntityNotFoundException, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateFeatureGroupCommand, DescribeFeatureGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  DeleteRecordCommand,
  PutRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import type { Engine } from '../engine.ts';

const BUCKET = 'sagemaker-lake';
let engine: Engine;
let dataDir: string;
let athena: AthenaClient;
const config = () => ({
  endpoint: engine.endpoint,
  region: engine.region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'athena-wire-'));
  engine = await createEngine({ dataDir, settings: { offlineDelayMs: [0, 0] } });
  athena = new AthenaClient(config());
  await new S3Client(config()).send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(async () => {
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function run(QueryString: string) {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({ QueryString, ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` } }),
  );
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    if (!['QUEUED', 'RUNNING'].includes(QueryExecution?.Status?.State ?? '')) return QueryExecution;
  }
}

describe('Athena with the SDK, over the store’s own files', () => {
  it('reads what was put into a feature group', { timeout: 60_000 }, async () => {
    const sagemaker = new SageMakerClient(config());
    await sagemaker.send(
      new CreateFeatureGroupCommand({
        FeatureGroupName: 'Airport-Hours',
        RecordIdentifierFeatureName: 'Airport',
        EventTimeFeatureName: 'EventTime',
        FeatureDefinitions: [
          { FeatureName: 'Airport', FeatureType: 'String' },
          { FeatureName: 'EventTime', FeatureType: 'String' },
          { FeatureName: 'departures', FeatureType: 'Integral' },
          { FeatureName: 'mean_delay', FeatureType: 'Fractional' },
        ],
        OnlineStoreConfig: { EnableOnlineStore: true },
        OfflineStoreConfig: { S3StorageConfig: { S3Uri: `s3://${BUCKET}/offline` } },
        RoleArn: 'arn:aws:iam::000000000000:role/store',
      }),
    );
    const describeGroup = () => sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName: 'Airport-Hours' }));
    await expect.poll(async () => (await describeGroup()).FeatureGroupStatus, { timeout: 20_000 }).toBe('Created');
    const runtime = new SageMakerFeatureStoreRuntimeClient(config());
    const record = (Airport: string, EventTime: string, departures: string, delay?: string) =>
      Object.entries({ Airport, EventTime, departures, ...(delay !== undefined && { mean_delay: delay }) }).map(
        ([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString }),
      );
    await runtime.send(
      new PutRecordCommand({ FeatureGroupName: 'Airport-Hours', Record: record('ATL', '2026-01-01T10:00:00Z', '12', '3.5') }),
    );
    await runtime.send(
      new PutRecordCommand({ FeatureGroupName: 'Airport-Hours', Record: record('JFK', '2026-01-02T10:00:00Z', '7') }),
    );
    await runtime.send(
      new DeleteRecordCommand({
        FeatureGroupName: 'Airport-Hours',
        RecordIdentifierValueAsString: 'JFK',
        EventTime: '2026-01-03T10:00:00Z',
      }),
    );
    await engine.drainOffline();

    const { OfflineStoreConfig } = await describeGroup();
    const { Database, TableName } = OfflineStoreConfig?.DataCatalogConfig ?? {};
    const { Table } = await new GlueClient(config()).send(new GetTableCommand({ DatabaseName: Database, Name: TableName }));
    expect(Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'airport string',
      'eventtime string',
      'departures bigint',
      'mean_delay double',
      'write_time timestamp',
      'api_invocation_time timestamp',
      'is_deleted boolean',
    ]);

    const query = `SELECT airport, eventtime, departures, mean_delay, is_deleted, write_time >= api_invocation_time AS later FROM "${Database}"."${TableName}" ORDER BY eventtime`;
    const execution = await run(query);
    expect(execution?.Status).toMatchObject({
      State: 'SUCCEEDED',
      SubmissionDateTime: expect.any(Date),
      CompletionDateTime: expect.any(Date),
    });
    expect(execution?.Statistics?.DataScannedInBytes).toBeGreaterThan(0);
    const rows: (string | undefined)[][] = [];
    for await (const page of paginateGetQueryResults(
      { client: athena, pageSize: 2 },
      { QueryExecutionId: execution?.QueryExecutionId },
    )) {
      rows.push(...(page.ResultSet?.Rows ?? []).map((row) => (row.Data ?? []).map((cell) => cell.VarCharValue)));
    }
    expect(rows).toEqual([
      ['airport', 'eventtime', 'departures', 'mean_delay', 'is_deleted', 'later'],
      ['ATL', '2026-01-01T10:00:00Z', '12', '3.5', 'false', 'true'],
      ['JFK', '2026-01-02T10:00:00Z', '7', undefined, 'false', 'true'],
      ['JFK', '2026-01-03T10:00:00Z', undefined, undefined, 'true', 'true'],
    ]);
    const key = execution?.ResultConfiguration?.OutputLocation?.replace(`s3://${BUCKET}/`, '');
    const { Body } = await new S3Client(config()).send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    expect((await Body?.transformToString())?.split('\n')).toHaveLength(5);
  });

  it('gives errors their classes', async () => {
    const started = athena.send(
      new StartQueryExecutionCommand({
        QueryString: 'SELEC 1',
        ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` },
      }),
    );
    await expect(started).rejects.toBeInstanceOf(InvalidRequestException);
    await expect(athena.send(new GetQueryResultsCommand({ QueryExecutionId: 'unknown' }))).rejects.toThrow(
      'QueryExecution unknown was not found',
    );
    await expect(
      new GlueClient(config()).send(new GetTableCommand({ DatabaseName: 'default', Name: 'x' })),
    ).rejects.toBeInstanceOf(EntityNotFoundException);
  });

  it('fails for a bucket that is not there, naming the error', async () => {
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: 'SELECT 1',
        ResultConfiguration: { OutputLocation: 's3://no-such-bucket/x/' },
      }),
    );
    const status = async () => (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution?.Status;
    await expect.poll(async () => (await status())?.State).toBe('FAILED');
    expect((await status())?.StateChangeReason).toMatch(/^NoSuchBucket/);
  });
});
