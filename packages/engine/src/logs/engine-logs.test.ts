/** From what one function prints to what another one keeps, through a whole engine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEngine } from '../create-engine.ts';
import { type Deployment, emptyDeployment } from '../deployment/deployment.ts';
import type { Engine } from '../engine.ts';
import { engineCredentials } from '../engine-credentials.ts';

const sdk = JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve('@aws-sdk/client-cloudwatch-logs')).href);
const SOURCES = {
  speak: `export const handler = async ({ lines }) => { for (const line of lines) console.log(line); };`,
  keep: `import { gunzipSync } from 'node:zlib';
    import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from ${sdk};
    const logs = new CloudWatchLogsClient();
    export const handler = async ({ awslogs }) => {
      const { logStream, logEvents } = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString());
      const place = { logGroupName: 'kept', logStreamName: logStream };
      await logs.send(new CreateLogStreamCommand(place)).catch(() => {});
      await logs.send(new PutLogEventsCommand({
        ...place, logEvents: logEvents.map(({ timestamp, message }) => ({ timestamp, message })) }));
    };`,
};

let directory: string;
let engine: Engine | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-engine-logs-'));
});
afterEach(async () => {
  await engine?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function deployment(): Deployment {
  const functions = Object.entries(SOURCES).map(([name, source]) => {
    const bundleDir = join(directory, name);
    mkdirSync(bundleDir, { recursive: true });
    writeFileSync(join(bundleDir, 'index.mjs'), source);
    return { name, bundleDir, handler: 'index.handler', memoryMb: 256, timeoutMs: 20_000, environment: {} };
  });
  return {
    ...emptyDeployment,
    functions: functions.map((fn) => (fn.name === 'speak' ? { ...fn, logGroup: '/own/speak' } : fn)),
    logGroups: [{ name: 'kept' }],
    logSubscriptions: [{ name: 's', logGroup: '/own/speak', pattern: '{ $.kind = "read" }', functionName: 'keep' }],
  };
}

const start = async () => {
  engine = await createEngine({ dataDir: join(directory, 'data') });
  return engine;
};
const settings = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials: engineCredentials });

async function speak(endpoint: string, ...lines: string[]): Promise<void> {
  const lambda = new LambdaClient(settings(endpoint));
  await lambda.send(new InvokeCommand({ FunctionName: 'speak', Payload: Buffer.from(JSON.stringify({ lines })) }));
  lambda.destroy();
}

async function kept(endpoint: string): Promise<(string | undefined)[] | undefined> {
  const logs = new CloudWatchLogsClient(settings(endpoint));
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: 'kept' }));
  logs.destroy();
  return events?.map(({ message }) => message);
}

test('lines that match are kept when the engine comes to rest, others are not', async () => {
  const { endpoint, deploy, idle } = await start();
  await deploy(deployment());
  await speak(endpoint, '{"kind":"read","n":1}', '{"kind":"other"}', 'read', '{"kind":"read","n":2}');
  await idle();
  expect(await kept(endpoint)).toEqual(['{"kind":"read","n":1}', '{"kind":"read","n":2}']);
});

test('a line that waited when the engine stopped is kept by the next one', async () => {
  const first = await start();
  await first.deploy(deployment());
  await speak(first.endpoint, '{"kind":"read","n":1}');
  await first.stop();
  const { endpoint, idle } = await start();
  await idle();
  expect(await kept(endpoint)).toEqual(['{"kind":"read","n":1}']);
});

test.each([
  { why: 'to a function that is not there', changed: { functionName: 'nobody' }, says: 'the function nobody is not part' },
  {
    why: 'by a pattern that the engine does not know',
    changed: { pattern: '[a]' },
    says: 'does not know the filter pattern [a]',
  },
])('a subscription $why is not deployed', async ({ changed, says }) => {
  const { deploy } = await start();
  const plain = deployment();
  const logSubscriptions = plain.logSubscriptions?.map((one) => ({ ...one, ...changed }));
  await expect(deploy({ ...plain, ...(logSubscriptions === undefined ? {} : { logSubscriptions }) })).rejects.toThrow(says);
});

test('a log group takes two subscriptions, as on AWS', async () => {
  const { deploy } = await start();
  const plain = deployment();
  const [one] = plain.logSubscriptions ?? [];
  if (one === undefined) throw new Error('there is no subscription');
  const logSubscriptions = ['a', 'b', 'c'].map((name) => ({ ...one, name }));
  await expect(deploy({ ...plain, logSubscriptions })).rejects.toThrow('at most two subscriptions');
});
