/** A small deployment: an upload starts a machine, whose function writes an object. Also run as a process, to be killed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEngine } from './create-engine.ts';
import type { Deployment } from './deployment/deployment.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';

const require = createRequire(import.meta.url);
const sdk = (name: string) => JSON.stringify(pathToFileURL(require.resolve(name)).href);

/** Each function waits, when it is told to by its environment, until the file is there. */
const gate = `import { existsSync } from 'node:fs'; import { setTimeout as wait } from 'node:timers/promises';
  const gate = async () => { console.log('at the gate'); while (process.env.GATE && !existsSync(process.env.GATE)) await wait(10); };`;

const sources = {
  'object-uploaded': `${gate} import { SFNClient, StartExecutionCommand } from ${sdk('@aws-sdk/client-sfn')};
    const sfn = new SFNClient();
    export const handler = async ({ Records: [{ s3 }] }) => {
      await gate();
      const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
      const input = JSON.stringify({ bucket: s3.bucket.name, key });
      const name = Buffer.from(key).toString('hex');
      await sfn.send(new StartExecutionCommand({ stateMachineArn: process.env.MACHINE_ARN, name, input }))
        .catch((error) => { if (error.name !== 'ExecutionAlreadyExists') throw error; });
    };`,
  copy: `${gate} import { S3Client, GetObjectCommand, PutObjectCommand } from ${sdk('@aws-sdk/client-s3')};
    const s3 = new S3Client();
    export const handler = async ({ bucket, key }) => {
      await gate();
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = await Body.transformToString();
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key.replace('in/', 'out/'), Body: text.toUpperCase() }));
      console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [[]], Metrics: [{ Name: 'Copied' }] }] }, Copied: 1 }));
      return { copied: text.length };
    };`,
  hello: `export const handler = async (event) => ({
      view: event.pathParameters.view, sub: event.requestContext.authorizer.jwt.claims.sub });`,
};

export const BUCKET = 'engine-test';

/** `gated` is the function that waits for `gateFile`. */
export function writeDeployment(directory: string, gated?: keyof typeof sources, gateFile?: string): Deployment {
  const functions = Object.entries(sources).map(([name, source]): FunctionSpec => {
    const bundleDir = join(directory, name);
    mkdirSync(bundleDir, { recursive: true });
    writeFileSync(join(bundleDir, 'index.mjs'), source);
    return {
      name,
      bundleDir,
      handler: 'index.handler',
      memoryMb: 256,
      timeoutMs: 60_000,
      environment: {
        MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:copying',
        ...(name === gated && gateFile ? { GATE: gateFile } : {}),
      },
    };
  });
  return {
    functions,
    buckets: [{ name: BUCKET, versioned: true, notifications: [{ functionName: 'object-uploaded', prefix: 'in/' }] }],
    stateMachines: [
      {
        name: 'copying',
        loggingLevel: 'ERROR',
        definition: {
          StartAt: 'Copy',
          States: {
            Copy: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:copy', 'Payload.$': '$' },
              OutputPath: '$.Payload',
              End: true,
            },
          },
        },
      },
    ],
    routes: [
      {
        method: 'GET',
        path: '/hello/{view}',
        functionName: 'hello',
        authorizer: { type: 'jwt', issuer: 'https://issuer.test', audience: 'test' },
      },
    ],
    schedules: [
      {
        name: 'nightly',
        expression: 'cron(0 3 * * ? *)',
        target: { stateMachine: 'copying' },
        input: { bucket: BUCKET, key: 'in/nightly' },
      },
    ],
  };
}

const [dataDir, directory, gated, gateFile] = process.argv.slice(2);
if (import.meta.main && dataDir && directory) {
  const engine = await createEngine({ dataDir, onFunctionLog: (name, _, line) => console.log(`${name}: ${line}`) });
  await engine.deploy(writeDeployment(directory, gated as keyof typeof sources, gateFile));
  console.log(`ready ${engine.endpoint}`);
}
