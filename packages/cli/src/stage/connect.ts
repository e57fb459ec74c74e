/**
 * The stage a command works on: the engine that runs over the data directory, or with `--aws` the account of the caller's
 * credentials. From here on both are the same SDK clients.
 */
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '@tidemark/aws/client-settings';
import { withConstantUserAgent } from '@tidemark/aws/constant-user-agent';
import { createGlueTables } from '@tidemark/aws/glue-tables';
import { createS3ObjectStore } from '@tidemark/aws/s3-object-store';
import { createFeatureGroups } from '@tidemark/aws/sagemaker-feature-groups';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { TidemarkError } from '@tidemark/domain';
import { engineCredentials } from '@tidemark/engine';
import { type StageNames, stageNames } from '@tidemark/functions/resolve-topology';
import type { Executions, FeatureGroups, ObjectStore, Tables } from '@tidemark/pipeline';
import { type EngineFile, findEngine } from './engine-file.ts';

export interface StageOptions {
  readonly data: string;
  readonly stage: string;
  readonly aws: boolean;
}

export interface ConnectedStage {
  readonly stage: string;
  /** What any further client of the stage is made with. */
  readonly clientConfig: { readonly region: string };
  readonly names: StageNames;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly athena: AthenaClient;
  readonly kinesis: KinesisClient;
  readonly objects: ObjectStore;
  readonly tables: Tables;
  readonly groups: FeatureGroups;
  readonly executions: Executions;
  /** Undefined on AWS. */
  readonly engine: EngineFile | undefined;
}

/** @throws CONFIGURATION_INVALID when no engine runs and AWS was not asked for */
export async function connect(options: StageOptions): Promise<ConnectedStage> {
  if (options.aws) {
    const sts = new STSClient({});
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return connected({ stage: options.stage, account: Account ?? '', region: await sts.config.region() }, undefined);
  }
  const engine = findEngine(options.data);
  if (engine === undefined) {
    throw new TidemarkError(
      'REQUEST_MALFORMED',
      `no engine runs over ${options.data}: start one with \`tidemark dev\`, or name another with --data, or an AWS account with --aws`,
    );
  }
  return connected(engine, engine);
}

/** A stage behind a known engine. */
export function connected(
  place: { stage: string; account: string; region: string },
  engine: EngineFile | undefined,
  kmsKeyId?: string,
): ConnectedStage {
  const config = {
    ...clientSettings,
    region: place.region,
    ...(engine === undefined ? {} : { endpoint: engine.endpoint, credentials: engineCredentials }),
  };
  const names = stageNames(place);
  const s3 = withConstantUserAgent(new S3Client({ ...config, ...(engine === undefined ? {} : { forcePathStyle: true }) }));
  const sfn = withConstantUserAgent(new SFNClient(config));
  return {
    stage: place.stage,
    clientConfig: config,
    names,
    s3,
    sfn,
    athena: new AthenaClient(config),
    kinesis: new KinesisClient(config),
    objects: createS3ObjectStore(s3),
    tables: createGlueTables(new GlueClient(config)),
    groups: createFeatureGroups(new SageMakerClient(config), {
      offlineStoreUri: names.offlineStoreUri,
      roleArn: names.featureStoreRoleArn,
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    }),
    executions: createExecutions(sfn, {
      ingest: names.machineArn('ingest'),
      'build-dataset': names.machineArn('build-dataset'),
      snapshot: names.machineArn('snapshot'),
      restore: names.machineArn('restore'),
      monitor: names.machineArn('monitor'),
      backfill: names.machineArn('backfill'),
      'rebuild-windows': names.machineArn('rebuild-windows'),
    }),
    engine,
  };
}
