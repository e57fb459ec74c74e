/** Roles over the wire: whose call it is, what is asked, and how each service says no. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { BatchGetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, writeDeployment } from '../create-engine.fixture.ts';
import { createEngine } from '../create-engine.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Engine } from '../engine.ts';
import { engineCredentials } from '../engine-credentials.ts';
import type { AccessEntry } from './access.ts';
import type { PolicyStatement, RoleSpec } from './policy.ts';

const KEY = 'arn:aws:kms:us-east-1:000000000000:key/own';
const lambdaArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:copying';

const allow = (Action: string | string[], Resource: string | string[], Condition?: PolicyStatement['Condition']) =>
  ({ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) }) as PolicyStatement;
const role = (name: string, ...Statement: PolicyStatement[]): RoleSpec => ({
  name,
  policies: [{ Version: '2012-10-17', Statement }],
});

const roles = {
  uploaded: role('uploaded', allow('states:StartExecution', MACHINE)),
  copy: role(
    'copy',
    allow('s3:GetObject', `arn:aws:s3:::${BUCKET}/in/*`),
    allow('s3:PutObject', `arn:aws:s3:::${BUCKET}/out/*`),
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], KEY, { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }),
  ),
  machine: role('machine', allow('lambda:InvokeFunction', lambdaArn('copy'))),
};

let directory: string;
let engine: Engine;
let base: Deployment;
const seen: AccessEntry[] = [];

const deploy = (changed: Partial<Record<keyof typeof roles, RoleSpec>>, others: readonly RoleSpec[] = []) =>
  engine.deploy({
    ...base,
    buckets: base.buckets.map((bucket) => ({ ...bucket, kmsKeyArn: KEY })),
    functions: base.functions.map((fn) =>
      fn.name === 'hello' ? fn : { ...fn, maximumRetryAttempts: 0, role: fn.name === 'copy' ? 'copy' : 'uploaded' },
    ),
    stateMachines: base.stateMachines.map((machine) => ({ ...machine, role: 'machine' })),
    streams: [{ name: 'events', shardCount: 1, kmsKeyArn: KEY }],
    roles: [...Object.values({ ...roles, ...changed }), ...others],
  });

const admin = () => ({ endpoint: engine.endpoint, region: 'us-east-1', credentials: engineCredentials, maxAttempts: 1 });

/** Client settings of a role's session, by way of AssumeRole. */
async function as(name: string) {
  const { Credentials } = await new STSClient(admin()).send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::000000000000:role/${name}`, RoleSessionName: 'test' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { ...admin(), credentials };
}

const put = (Key: string) => new S3Client(admin()).send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'text' }));

/** Runs the machine over a new object to its end. */
async function copy(key: string) {
  await put(key);
  const sfn = new SFNClient(admin());
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: MACHINE, input: JSON.stringify({ bucket: BUCKET, key }) }),
  );
  await engine.idle();
  return sfn.send(new DescribeExecutionCommand({ executionArn }));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-iam-'));
  base = writeDeployment(join(directory, 'bundles'));
  engine = await createEngine({ dataDir: join(directory, 'data'), onAccess: (entry) => void seen.push(entry) });
  await deploy({});
});
afterAll(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('a flow under roles that suffice is judged call by call, KMS behind S3 included', async () => {
  seen.length = 0;
  expect((await copy('in/green')).status).toBe('SUCCEEDED');
  const asked = new Set(seen.map(({ role, call, request }) => `${role} ${call} ${request.action}`));
  for (const one of [
    'uploaded states.StartExecution states:StartExecution',
    'machine states.invoke lambda:InvokeFunction',
    'copy s3.GetObject s3:GetObject',
    'copy s3.GetObject kms:Decrypt',
    'copy s3.PutObject s3:PutObject',
    'copy s3.PutObject kms:GenerateDataKey',
  ]) {
    expect(asked).toContain(one);
  }
  expect(seen.filter(({ outcome }) => outcome !== 'allowed')).toEqual([]);
});

const [, ...readsNothing] = roles.copy.policies[0]?.Statement ?? [];
test.each([
  { taken: 's3:GetObject', changed: { copy: role('copy', ...readsNothing) }, named: /AccessDenied.*s3:GetObject on resource/ },
  {
    taken: 'kms:Decrypt',
    changed: { copy: role('copy', allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::${BUCKET}/*`)) },
    named: /AccessDenied.*kms:Decrypt on resource: arn:aws:kms/,
  },
  {
    taken: 'lambda:InvokeFunction',
    changed: { machine: role('machine', allow('states:StartExecution', MACHINE)) },
    named: /lambda:InvokeFunction on resource: arn:aws:lambda.*Error Code: AccessDeniedException/,
  },
])('without $taken the execution fails with AccessDenied', async ({ taken, changed, named }) => {
  await deploy(changed);
  try {
    const { status, cause } = await copy(`in/without-${taken}`);
    expect(status).toBe('FAILED');
    const logged =
      JSON.stringify(cause) + seen.filter(({ outcome }) => outcome === 'denied').map(({ request }) => request.action);
    expect(logged).toContain(taken);
    expect(cause).toMatch(named);
  } finally {
    await deploy({});
  }
});

test('without states:StartExecution an upload starts nothing, and the function fails', async () => {
  await deploy({ uploaded: role('uploaded', allow('states:ListExecutions', MACHINE)) });
  seen.length = 0;
  await put('in/unseen');
  await engine.idle();
  await deploy({});
  expect(seen).toMatchObject([
    { role: 'uploaded', outcome: 'denied', request: { action: 'states:StartExecution', resource: MACHINE } },
  ]);
});

test('a session is told who it is, and everybody else stays who they were', async () => {
  const identity = async (settings: STSClientConfig) =>
    (await new STSClient(settings).send(new GetCallerIdentityCommand({}))).Arn;
  expect(await identity(await as('copy'))).toBe('arn:aws:sts::000000000000:assumed-role/copy/copy');
  expect(await identity(admin())).toBe('arn:aws:sts::000000000000:assumed-role/TidemarkEngine/engine');
});

describe('S3', () => {
  const failure = (run: Promise<unknown>) =>
    run.then(
      () => undefined,
      (error: Error) => error,
    );

  test('says AccessDenied with 403, the action, the resource and why', async () => {
    const s3 = new S3Client(await as('copy'));
    const error = await failure(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'other/x' })));
    expect(error).toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::000000000000:assumed-role/copy/copy is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${BUCKET}/other/x" because no identity-based policy allows the s3:GetObject action`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('an old version is another action', async () => {
    const { VersionId } = await put('in/versions');
    const s3 = new S3Client(await as('copy'));
    await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'in/versions' }));
    const error = await failure(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'in/versions', VersionId })));
    expect(error?.message).toContain('s3:GetObjectVersion');
  });

  test('who may not list is not told that an object is missing', async () => {
    const missing = { Bucket: BUCKET, Key: 'in/missing' };
    const s3 = new S3Client(await as('copy'));
    expect((await failure(s3.send(new GetObjectCommand(missing))))?.name).toBe('AccessDenied');
    expect(await failure(s3.send(new HeadObjectCommand(missing)))).toMatchObject({ $metadata: { httpStatusCode: 403 } });

    const { Statement = [] } = roles.copy.policies[0] ?? {};
    await deploy({ copy: role('copy', ...Statement, allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`)) });
    expect((await failure(s3.send(new GetObjectCommand(missing))))?.name).toBe('NoSuchKey');
    await deploy({});
  });

  test('a listing is judged by its prefix, a bulk deletion by each key', async () => {
    const lister = role(
      'lister',
      allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`, { StringLike: { 's3:prefix': 'in/*' } }),
      allow('s3:DeleteObject', `arn:aws:s3:::${BUCKET}/in/*`),
    );
    await deploy({}, [lister]);
    const s3 = new S3Client(await as('lister'));
    await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'in/a' }));
    expect((await failure(s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'out/' }))))?.name).toBe('AccessDenied');
    const remove = (Key: string) =>
      s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'in/none' }, { Key }] } }));
    await remove('in/none-either');
    expect((await failure(remove('out/none')))?.message).toContain(
      's3:DeleteObject on resource: "arn:aws:s3:::engine-test/out/none"',
    );
  });
});

test('every JSON service says AccessDeniedException with the resource; KMS behind Kinesis has a name of its own', async () => {
  const stream = 'arn:aws:kinesis:us-east-1:000000000000:stream/events';
  await deploy({}, [role('nobody', allow('s3:GetObject', '*')), role('producer', allow('kinesis:PutRecord', stream))]);
  const nobody = await as('nobody');
  const record = { StreamName: 'events', PartitionKey: 'k', Data: Buffer.from('x') };
  const group = { FeatureGroupName: 'g', RecordIdentifiersValueAsString: ['x'] };
  const refusals: [() => Promise<unknown>, string, number][] = [
    [() => new SFNClient(nobody).send(new StartExecutionCommand({ stateMachineArn: MACHINE })), MACHINE, 400],
    [() => new LambdaClient(nobody).send(new InvokeCommand({ FunctionName: 'copy' })), lambdaArn('copy'), 403],
    [() => new KinesisClient(nobody).send(new PutRecordCommand(record)), stream, 400],
    [
      () => new SageMakerFeatureStoreRuntimeClient(nobody).send(new BatchGetRecordCommand({ Identifiers: [group] })),
      'arn:aws:sagemaker:us-east-1:000000000000:feature-group/g',
      403,
    ],
    [
      () => new GlueClient(nobody).send(new GetTableCommand({ DatabaseName: 'd', Name: 't' })),
      'arn:aws:glue:us-east-1:000000000000:catalog',
      400,
    ],
    [
      () => new AthenaClient(nobody).send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' })),
      'arn:aws:athena:us-east-1:000000000000:workgroup/primary',
      400,
    ],
  ];
  for (const [call, resource, status] of refusals) {
    await expect(call()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`on resource: ${resource} because`),
      $metadata: { httpStatusCode: status },
    });
  }
  await expect(new KinesisClient(await as('producer')).send(new PutRecordCommand(record))).rejects.toMatchObject({
    name: 'KMSAccessDeniedException',
    message: expect.stringContaining(`kms:GenerateDataKey on resource: ${KEY}`),
  });
});

test('a query reads catalogue and files in the role of who asked, and fails where that may not', async () => {
  const glue = new GlueClient(admin());
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
  const column = { Name: 'a', Type: 'string' };
  const StorageDescriptor = {
    Columns: [column],
    Location: `s3://${BUCKET}/table/`,
    SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
  };
  await glue.send(
    new CreateTableCommand({ DatabaseName: 'db', TableInput: { Name: 't', TableType: 'EXTERNAL_TABLE', StorageDescriptor } }),
  );
  await new S3Client(admin()).send(new PutObjectCommand({ Bucket: BUCKET, Key: 'table/1.json', Body: '{"a":"1"}\n' }));
  const g = (what: string) => `arn:aws:glue:us-east-1:000000000000:${what}`;
  const statements = [
    allow(['athena:StartQueryExecution', 'athena:GetQueryExecution'], 'arn:aws:athena:us-east-1:000000000000:workgroup/primary'),
    allow('s3:GetBucketLocation', `arn:aws:s3:::${BUCKET}`),
    allow('s3:PutObject', `arn:aws:s3:::${BUCKET}/results/*`),
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], KEY),
    allow('glue:GetDatabase', [g('catalog'), g('database/db')]),
    allow('glue:GetTable', [g('catalog'), g('database/db'), g('table/db/t')]),
    allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`),
    allow('s3:GetObject', `arn:aws:s3:::${BUCKET}/table/*`),
  ];
  const query = async (given: readonly PolicyStatement[]) => {
    await deploy({}, [role('analyst', ...given)]);
    const athena = new AthenaClient(await as('analyst'));
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: 'SELECT a FROM db.t',
        ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` },
      }),
    );
    const status = async () =>
      (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution?.Status ?? {};
    await expect.poll(async () => (await status()).State, { timeout: 10_000 }).toMatch(/SUCCEEDED|FAILED/);
    return status();
  };
  expect(await query(statements)).toMatchObject({ State: 'SUCCEEDED' });
  for (const taken of statements.slice(1)) {
    const action = [taken.Action].flat()[0] as string;
    expect(await query(statements.filter((one) => one !== taken))).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringMatching(new RegExp(`AccessDenied.*${action}`)),
    });
  }
});

test('a deployment that names a role which it does not have is refused', async () => {
  const functions = base.functions.map((fn) => ({ ...fn, role: 'nobody-has-it' }));
  await expect(engine.deploy({ ...base, functions })).rejects.toThrow(/object-uploaded: the role nobody-has-it is not part/);
});
