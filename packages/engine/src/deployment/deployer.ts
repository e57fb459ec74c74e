/**
 * Brings a deployment onto the engine: functions first, since buckets and machines call them; then buckets, machines and
 * streams through the services' own APIs, as a stack would; then event source mappings, routes and schedules.
 */
import { existsSync } from 'node:fs';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { HttpApi } from '../apigateway/http-api.ts';
import type { WorkGroups } from '../athena/work-groups.ts';
import type { EngineContext } from '../engine-context.ts';
import { engineCredentials } from '../engine-credentials.ts';
import type { Access } from '../iam/access.ts';
import type { EventSourceMappings } from '../lambda/event-source-mapping/event-source-mappings.ts';
import { functionArn, handlerFile } from '../lambda/function-spec.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Logs } from '../logs/logs.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { deployBucket } from './deploy-buckets.ts';
import { deployMachine } from './deploy-machines.ts';
import { deployStream } from './deploy-streams.ts';
import { checkDeployment, type Deployment } from './deployment.ts';
import { createDeploymentFile } from './deployment-file.ts';

export interface Deployer {
  /** One after the other. @see Engine.deploy */
  deploy(deployment: Deployment): Promise<readonly string[]>;
  /** Takes up the last deployment of this directory, or waits for the next one when a bundle of it is gone. */
  restore(): void;
  close(): Promise<void>;
}

export interface DeployerOptions {
  readonly endpoint: () => string;
  readonly access: Access;
  readonly lambda: Lambda;
  readonly logs: Logs;
  readonly api: HttpApi;
  readonly scheduler: Scheduler;
  readonly workGroups: WorkGroups;
  readonly mappings: EventSourceMappings;
  /** Called when the functions are there that interrupted work needs. */
  readonly beginWork: () => void;
}

export function createDeployer(
  context: EngineContext,
  { endpoint, access, lambda, logs, api, scheduler, workGroups, mappings, beginWork }: DeployerOptions,
): Deployer {
  const file = createDeploymentFile(context.dataDir);
  let last: Promise<unknown> = Promise.resolve();

  /** What lives in memory; buckets, machines, streams and mappings are in their services' own stores. */
  function deployInMemory(deployment: Deployment): void {
    const { functions, routes, schedules, logGroups = [], logSubscriptions = [] } = deployment;
    access.deploy(deployment);
    workGroups.deploy(deployment.workGroups ?? []);
    logs.deploy(logGroups, logSubscriptions);
    functions.forEach(lambda.deploy);
    api.deploy(routes);
    scheduler.deploy(schedules);
  }

  async function deploy(deployment: Deployment): Promise<readonly string[]> {
    checkDeployment(deployment);
    // Before the functions, which get their roles' credentials when they start.
    access.deploy(deployment);
    deployment.functions.forEach(lambda.deploy);
    const changes = await deployThroughApis(deployment);
    for (const mapping of deployment.eventSourceMappings ?? []) changes.push(...mappings.deploy(mapping));
    deployInMemory(deployment);
    file.save(deployment);
    beginWork();
    return changes;
  }

  async function deployThroughApis({ buckets, stateMachines, streams = [] }: Deployment): Promise<string[]> {
    const settings = { endpoint: endpoint(), region: context.region, credentials: engineCredentials };
    const s3 = new S3Client(settings);
    const sfn = new SFNClient(settings);
    const kinesis = new KinesisClient(settings);
    try {
      const changes: string[] = [];
      for (const bucket of buckets) changes.push(...(await deployBucket(s3, bucket, (name) => functionArn(context, name))));
      for (const machine of stateMachines) changes.push(...(await deployMachine(sfn, context, machine)));
      for (const stream of streams) changes.push(...(await deployStream(kinesis, stream)));
      return changes;
    } finally {
      s3.destroy();
      sfn.destroy();
      kinesis.destroy();
    }
  }

  return {
    deploy(deployment) {
      const done = last.then(() => deploy(deployment));
      last = done.catch(() => {});
      return done;
    },
    restore() {
      const deployment = file.load();
      const missing = deployment?.functions.find((spec) => !existsSync(handlerFile(spec).entry));
      if (missing) {
        context.log(`engine: the bundle of ${missing.name} is gone: interrupted work waits for the next deployment`);
        return;
      }
      if (deployment) deployInMemory(deployment);
      beginWork();
    },
    close: async () => void (await last),
  };
}
