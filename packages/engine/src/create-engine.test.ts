import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { BUCKET, writeDeployment } from './create-engine.fixture.ts';
import { createEngine } from './create-engine.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { engineCredentials } from './engine-credentials.ts';

const MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:copying';

let directory: string;
let dataDir: string;
let bundles: string;
let engine: Engine | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-engine-'));
  dataDir = join(directory, 'data');
  bundles = join(directory, 'bundles');
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

async function upload(endpoint: string, key: string, body: string): Promise<void> {
  const s3 = new S3Client(settings(endpoint));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  s3.destroy();
}

async function download(endpoint: string, key: string): Promise<string | undefined> {
  const s3 = new S3Client(settings(endpoint));
  try {
    return await (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body?.transformToString();
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  } finally {
    s3.destroy();
  }
}

async function executions(endpoint: string): Promise<(string | undefined)[]> {
  const sfn = new SFNClient(settings(endpoint));
  const { executions: listed = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN }));
  const ended = await Promise.all(listed.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))));
  sfn.destroy();
  return ended.map(({ status, output }) => `${status} ${output}`);
}

describe('an upload', () => {
  it('goes through notification, function, machine and function to an object', async () => {
    const { endpoint, deploy, idle, metrics } = await start();
    await deploy(writeDeployment(bundles));
    await upload(endpoint, 'in/Zürich + 50%.txt', 'content');
    await idle();
    expect(await download(endpoint, 'out/Zürich + 50%.txt')).toBe('CONTENT');
    expect(await executions(endpoint)).toEqual(['SUCCEEDED {"copied":7}']);
    expect(metrics.query({ namespace: 'Test', name: 'Copied' })).toMatchObject([{ sum: 1 }]);
  });

  it('ends the same under the harsh profile, whose events are late and come twice', async () => {
    const { endpoint, deploy, idle, clock } = await start({ profile: 'harsh' });
    await deploy(writeDeployment(bundles));
    for (let i = 0; i < 8; i += 1) await upload(endpoint, `in/${i}`, 'content');
    clock.advance(2_000);
    await idle();
    expect(await executions(endpoint)).toEqual(Array(8).fill('SUCCEEDED {"copied":7}'));
  });
});

describe('kill -9', () => {
  it.each(['object-uploaded', 'copy'] as const)(
    'while %s runs: the next engine finishes the work, without a new deployment',
    async (gated) => {
      const gateFile = join(directory, 'gate');
      const script = new URL('./create-engine.fixture.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [script, dataDir, bundles, gated, gateFile], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      for await (const line of createInterface({ input: child.stdout })) {
        if (line.startsWith('ready ')) await upload(line.slice(6), 'in/a', 'content');
        if (line === `${gated}: at the gate`) break;
      }
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');

      writeFileSync(gateFile, '');
      const { endpoint, idle } = await start();
      await idle();
      expect(await executions(endpoint)).toEqual(['SUCCEEDED {"copied":7}']);
      expect(await download(endpoint, 'out/a')).toBe('CONTENT');
    },
  );
});

describe('a deployment', () => {
  it('changes nothing the second time, and what differs the third', async () => {
    const { deploy } = await start();
    const deployment = writeDeployment(bundles);
    expect(await deploy(deployment)).toEqual([
      `bucket ${BUCKET} created`,
      `bucket ${BUCKET}: versioning enabled`,
      `bucket ${BUCKET}: notifications set`,
      'state machine copying created',
    ]);
    expect(await deploy(deployment)).toEqual([]);
    const [machine] = deployment.stateMachines as [(typeof deployment.stateMachines)[0]];
    const stateMachines = [{ ...machine, definition: { ...machine.definition, Comment: 'changed' } }];
    expect(
      await deploy({ ...deployment, stateMachines, buckets: [{ name: BUCKET, versioned: true, notifications: [] }] }),
    ).toEqual([`bucket ${BUCKET}: notifications set`, 'state machine copying updated']);
  });

  it('that names an absent function is refused before anything changes', async () => {
    const { deploy, endpoint } = await start();
    const deployment = writeDeployment(bundles);
    await expect(deploy({ ...deployment, functions: [] })).rejects.toThrow(
      `bucket ${BUCKET}: the function object-uploaded is not part of the deployment`,
    );
    await expect(executions(endpoint)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('gives its schedules to the engine’s clock', async () => {
    const { deploy, endpoint, clock, idle } = await start();
    await deploy(writeDeployment(bundles));
    await upload(endpoint, 'in/nightly', 'x');
    await idle();
    clock.advance(24 * 3_600_000);
    await expect.poll(() => executions(endpoint).then((all) => all.length), { timeout: 15_000 }).toBe(2);
    await idle();
    expect(await executions(endpoint)).toEqual(Array(2).fill('SUCCEEDED {"copied":1}'));
  });
});

describe('the HTTP API', () => {
  it('answers with a token and refuses without', async () => {
    const { deploy, api, issueToken } = await start();
    await deploy(writeDeployment(bundles));
    const authorization = `Bearer ${await issueToken({ sub: 'someone' })}`;
    const answer = await fetch(`${api}/hello/departures`, { headers: { authorization } });
    expect(await answer.json()).toEqual({ view: 'departures', sub: 'someone' });
    expect((await fetch(`${api}/hello/departures`)).status).toBe(401);
  });
});

describe('an engine', () => {
  it('is alone on its data directory', async () => {
    await start();
    await expect(createEngine({ dataDir })).rejects.toThrow('in use by another engine');
  });

  it('that cannot take its port leaves the directory free', async () => {
    const { endpoint } = await start();
    const other = join(directory, 'other');
    const port = Number(new URL(endpoint).port);
    await expect(createEngine({ dataDir: other, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await (await createEngine({ dataDir: other })).stop();
  });

  it('waits with interrupted work for a deployment when a bundle is gone', async () => {
    const first = await start();
    await first.deploy(writeDeployment(bundles));
    await first.stop();
    rmSync(bundles, { recursive: true });
    const second = await start();
    await upload(second.endpoint, 'in/late', 'abc');
    expect(readFileSync(join(dataDir, 'logs', 'engine.events.log'), 'utf8')).toContain(
      'interrupted work waits for the next deployment',
    );
    await second.deploy(writeDeployment(bundles));
    await second.idle();
    expect(await download(second.endpoint, 'out/late')).toBe('ABC');
  });
});
