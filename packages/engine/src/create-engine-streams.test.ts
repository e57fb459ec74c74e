import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEngine } from './create-engine.ts';
import { BUCKET, STREAM, writeStreamDeployment } from './create-engine-streams.fixture.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { engineCredentials } from './engine-credentials.ts';

let directory: string;
let dataDir: string;
let engine: Engine | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-engine-'));
  dataDir = join(directory, 'data');
});
afterEach(async () => {
  await engine?.stop();
  engine = undefined;
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<EngineOptions> = {}): Promise<Engine> {
  engine = await createEngine({ dataDir, ...options });
  return engine;
}

const settings = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials: engineCredentials });

/** Puts what was refused again, as a producer must. */
async function produce(endpoint: string, texts: readonly string[]): Promise<void> {
  const kinesis = new KinesisClient(settings(endpoint));
  for (let left = [...texts]; left.length > 0; ) {
    const Records = left.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
    const answer = await kinesis.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
    left = left.filter((_, at) => answer.Records?.[at]?.ErrorCode !== undefined);
  }
  kinesis.destroy();
}

async function objects(endpoint: string, Prefix: string): Promise<unknown[]> {
  const s3 = new S3Client(settings(endpoint));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  const bodies = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    }),
  );
  s3.destroy();
  return bodies;
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `event-${from + at}`);
const delivered = async (endpoint: string) => new Set(((await objects(endpoint, 'out/')) as string[][]).flat());

describe('a stream', () => {
  it('goes through its mapping to a function, a bad record to the failure destination', async () => {
    const { endpoint, deploy, idle, metrics } = await start();
    expect(await deploy(writeStreamDeployment(directory))).toEqual([
      `bucket ${BUCKET} created`,
      `stream ${STREAM} created`,
      `stream ${STREAM}: retention set to 48 hours`,
      'event source mapping departures-received created',
    ]);
    expect(await deploy(writeStreamDeployment(directory))).toEqual([]);
    await produce(endpoint, [...numbered(100), 'bad', ...numbered(100, 100)]);
    await idle();
    expect([...(await delivered(endpoint))].sort()).toEqual(numbered(200).sort());
    const [failure] = (await objects(endpoint, 'failures/aws/lambda/')) as { payload: string }[];
    const { Records } = JSON.parse(failure?.payload ?? '') as { Records: { kinesis: { data: string } }[] };
    expect(Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())).toEqual(['bad']);
    expect(
      metrics.query({ namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions: { FunctionName: 'stream-received' } }),
    ).not.toEqual([]);
  });

  it('is delivered whole under the harsh profile, which throttles producers and delivers batches again', async () => {
    const { endpoint, deploy, idle } = await start({ profile: 'harsh' });
    await deploy(writeStreamDeployment(directory));
    await produce(endpoint, numbered(300));
    await idle();
    expect([...(await delivered(endpoint))].sort()).toEqual(numbered(300).sort());
    expect(((await objects(endpoint, 'out/')) as string[][]).flat().length).toBeGreaterThan(300);
  });

  it('survives kill -9: what was acknowledged reaches the function, without a new deployment', async () => {
    const script = new URL('./create-engine-streams.fixture.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, dataDir, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    for await (const line of createInterface({ input: child.stdout })) {
      for (let at = 0; at < 5; at += 1) await produce(line.slice('ready '.length), numbered(100, at * 100));
      break;
    }
    child.kill('SIGKILL');
    if (child.signalCode === null) await once(child, 'exit');
    const { endpoint, idle } = await start();
    await idle();
    expect([...(await delivered(endpoint))].sort()).toEqual(numbered(500).sort());
  });

  it('that a mapping names must be part of the deployment', async () => {
    const { deploy } = await start();
    const deployment = writeStreamDeployment(directory);
    await expect(deploy({ ...deployment, streams: [] })).rejects.toThrow('the stream departures is not part of the deployment');
    const wrong = writeStreamDeployment(directory, { batchSize: 0 });
    await expect(deploy(wrong)).rejects.toThrow('event source mapping departures-received: batchSize must be');
  });
});

describe('Lambda’s API for mappings', () => {
  it('shows, pauses and resumes what the deployment made', async () => {
    const { endpoint, deploy, idle } = await start();
    await deploy(writeStreamDeployment(directory));
    const lambda = new LambdaClient(settings(endpoint));
    onTestFinished(() => lambda.destroy());
    const listed = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: 'stream-received' }));
    expect(listed.EventSourceMappings).toMatchObject([
      {
        EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
        FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:stream-received',
        BatchSize: 50,
        ParallelizationFactor: 1,
        StartingPosition: 'TRIM_HORIZON',
        MaximumRetryAttempts: 1,
        MaximumRecordAgeInSeconds: -1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${BUCKET}/failures` } },
        State: 'Enabled',
      },
    ]);
    const UUID = listed.EventSourceMappings?.[0]?.UUID as string;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await produce(endpoint, numbered(10));
    await idle();
    expect((await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State).toBe('Disabled');
    expect(await delivered(endpoint)).toEqual(new Set());
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true, BatchSize: 3 }));
    await idle();
    expect((await delivered(endpoint)).size).toBe(10);
    expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({
      BatchSize: 3,
      LastProcessingResult: 'OK',
    });
  });

  it('makes and removes mappings, and refuses by name what the engine does not have', async () => {
    const { endpoint, deploy, idle } = await start();
    await deploy({ ...writeStreamDeployment(directory), eventSourceMappings: [] });
    const lambda = new LambdaClient({ ...settings(endpoint), maxAttempts: 1 });
    onTestFinished(() => lambda.destroy());
    const create = (changes: object) =>
      lambda.send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`,
          FunctionName: 'stream-received',
          StartingPosition: 'TRIM_HORIZON',
          ...changes,
        }),
      );
    const name = 'InvalidParameterValueException';
    await expect(create({ ParallelizationFactor: 2 })).rejects.toMatchObject({ name });
    await expect(create({ TumblingWindowInSeconds: 30 })).rejects.toMatchObject({ name });
    await expect(create({ FilterCriteria: { Filters: [] } })).rejects.toThrow('FilterCriteria');
    await expect(create({ EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:queue' })).rejects.toMatchObject({ name });
    await expect(create({ StartingPosition: 'AT_TIMESTAMP' })).rejects.toMatchObject({ name });
    await expect(create({ BatchSize: 10_001 })).rejects.toMatchObject({ name: 'ValidationException' });
    await produce(endpoint, numbered(3));
    const { UUID } = await create({});
    await expect(create({})).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await idle();
    expect((await delivered(endpoint)).size).toBe(3);
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
    await expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
