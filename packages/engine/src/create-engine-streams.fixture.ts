/** A deployment with a stream whose events a function writes to a bucket. Also run as a process, to be killed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEngine } from './create-engine.ts';
import type { Deployment } from './deployment/deployment.ts';
import type { EventSourceMappingSpec } from './lambda/event-source-mapping/mapping-spec.ts';

const require = createRequire(import.meta.url);
const sdk = (name: string) => JSON.stringify(pathToFileURL(require.resolve(name)).href);

export const BUCKET = 'stream-test';
export const STREAM = 'departures';

/** One object a batch, named by its first record and its attempt. An event `bad` fails its batch from there on. */
const source = `import { randomUUID } from 'node:crypto'; import { S3Client, PutObjectCommand } from ${sdk('@aws-sdk/client-s3')};
  const s3 = new S3Client();
  export const handler = async ({ Records }) => {
    const texts = Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
    const bad = texts.indexOf('bad');
    const done = bad < 0 ? texts : texts.slice(0, bad);
    await s3.send(new PutObjectCommand({ Bucket: '${BUCKET}', Key: 'out/' + randomUUID(), Body: JSON.stringify(done) }));
    return { batchItemFailures: bad < 0 ? [] : [{ itemIdentifier: Records[bad].kinesis.sequenceNumber }] };
  };`;

export function writeStreamDeployment(
  directory: string,
  changes: Partial<EventSourceMappingSpec> = {},
): Deployment & { eventSourceMappings: EventSourceMappingSpec[] } {
  const bundleDir = join(directory, 'stream-received');
  mkdirSync(bundleDir, { recursive: true });
  writeFileSync(join(bundleDir, 'index.mjs'), source);
  return {
    functions: [
      { name: 'stream-received', bundleDir, handler: 'index.handler', memoryMb: 256, timeoutMs: 60_000, environment: {} },
    ],
    buckets: [{ name: BUCKET, versioned: false, notifications: [] }],
    stateMachines: [],
    routes: [],
    schedules: [],
    streams: [{ name: STREAM, shardCount: 2, retentionHours: 48 }],
    eventSourceMappings: [
      {
        name: 'departures-received',
        streamName: STREAM,
        functionName: 'stream-received',
        batchSize: 50,
        startingPosition: 'TRIM_HORIZON',
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 1,
        failureDestination: `s3://${BUCKET}/failures`,
        reportBatchItemFailures: true,
        ...changes,
      },
    ],
  };
}

const [dataDir, directory] = process.argv.slice(2);
if (import.meta.main && dataDir && directory) {
  const engine = await createEngine({ dataDir });
  await engine.deploy(writeStreamDeployment(directory));
  console.log(`ready ${engine.endpoint}`);
}
