import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { JWTPayload } from 'jose';
import type { Metrics } from './cloudwatch/metrics.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { deployBucket } from './deployment/deploy-buckets.ts';
import { deployMachine } from './deployment/deploy-machines.ts';
import { checkDeployment, type Deployment } from './deployment/deployment.ts';
import { createDeploymentFile } from './deployment/deployment-file.ts';
import type { EngineContext } from './engine-context.ts';
import { engineCredentials } from './engine-credentials.ts';
import { createEngineParts } from './engine-parts.ts';
import { createFunctionLogs } from './lambda/function-logs.ts';
import { functionArn, handlerFile } from './lambda/function-spec.ts';
import { createSeededRandom } from './seeded-random.ts';
import { type EngineSettings, type ProfileName, profiles } from './settings.ts';
import { createEngineClock, type EngineClock } from './time/engine-clock.ts';

export interface EngineOptions {
  /** Made if it is not there. One engine at a time works on it. */
  readonly dataDir: string;
  /** Of the AWS services; 0, the default, takes a free one. */
  readonly port?: number;
  /** Of the HTTP API; 0, the default, takes a free one. */
  readonly apiPort?: number;
  readonly profile?: ProfileName;
  /** Single settings that differ from the profile. */
  readonly settings?: Partial<EngineSettings>;
  /** Twelve digits; default 000000000000. */
  readonly account?: string;
  /** Default us-east-1. */
  readonly region?: string;
  readonly clock?: EngineClock;
  /** Of what the profile leaves to chance; default 1. */
  readonly seed?: number;
  /** What happened that no client is told; it is in `logs/engine.events.log` in any case. */
  readonly log?: (line: string) => void;
  /** Each line that a function prints. */
  readonly onFunctionLog?: (functionName: string, requestId: string | undefined, line: string) => void;
}

/** The embedded AWS of one data directory. */
export interface Engine {
  /** `http://127.0.0.1:PORT` for every AWS service. */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT` of the HTTP API. */
  readonly api: string;
  readonly account: string;
  readonly region: string;
  readonly clock: EngineClock;
  readonly metrics: Metrics;
  /**
   * Creates and changes what the deployment says; the same again changes nothing. Routes and schedules are replaced,
   * buckets, functions and machines that it does not name stay.
   *
   * @returns what was changed in buckets and machines, a line each.
   * @throws Error naming the part that cannot be deployed, before anything has changed; a machine's definition is
   * checked when its turn comes.
   */
  deploy(deployment: Deployment): Promise<readonly string[]>;
  /** A token that the deployed JWT routes take, with these claims; see HttpApi.issueToken. */
  issueToken(claims?: JWTPayload): Promise<string>;
  /**
   * Resolves when nothing runs and nothing due is undelivered: notifications, asynchronous invocations, executions,
   * entries for the offline store. What waits for the engine's time to come is not due; an execution in a Wait runs.
   */
  idle(): Promise<void>;
  /** Brings everything to the offline store now, however short it has waited. */
  drainOffline(): Promise<void>;
  /** Stops in order; what runs is taken up by the next engine on this directory. */
  stop(): Promise<void>;
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockDataDir(dataDir);
  const clock = options.clock ?? createEngineClock();
  const logs = createFunctionLogs(join(dataDir, 'logs'), clock);
  const context: EngineContext = {
    dataDir,
    clock,
    settings: { ...profiles[options.profile ?? 'default'], ...options.settings },
    account: options.account ?? '000000000000',
    region: options.region ?? 'us-east-1',
    random: createSeededRandom(options.seed ?? 1),
    log(line) {
      logs.append('engine.events', undefined, line);
      options.log?.(line);
    },
  };
  const close = () => {
    logs.close();
    unlock();
  };
  try {
    return await open(context, options, close);
  } catch (error) {
    close();
    throw error;
  }
}

async function open(context: EngineContext, options: EngineOptions, close: () => void): Promise<Engine> {
  const { dataDir, account, region, clock } = context;
  let endpoint = '';
  const parts = await createEngineParts(context, {
    endpoint: () => endpoint,
    onFunctionLog: options.onFunctionLog ?? (() => {}),
  });
  const { s3, lambda, states, featureStore, metrics, api, scheduler, wire } = parts;
  const file = createDeploymentFile(dataDir);
  const clients = createClients(() => endpoint, region);
  let deploying: Promise<unknown> = Promise.resolve();
  let works = false;

  /** Delivering and running, what a kill interrupted first. */
  function beginWork(): void {
    if (works) return;
    works = true;
    s3.start();
    states.start();
  }

  /** Functions live in memory; everything else of a deployment is in the services' own stores or replaced by it. */
  function deployLocally({ functions, routes, schedules }: Deployment): void {
    functions.forEach(lambda.deploy);
    api.deploy(routes);
    scheduler.deploy(schedules);
  }

  async function deploy(deployment: Deployment): Promise<readonly string[]> {
    checkDeployment(deployment);
    const changes: string[] = [];
    deployment.functions.forEach(lambda.deploy);
    for (const bucket of deployment.buckets) {
      changes.push(...(await deployBucket(clients.s3(), bucket, (name) => functionArn(context, name))));
    }
    for (const machine of deployment.stateMachines) changes.push(...(await deployMachine(clients.sfn(), context, machine)));
    deployLocally(deployment);
    file.save(deployment);
    beginWork();
    return changes;
  }

  function restore(): void {
    const last = file.load();
    const missing = last?.functions.find((spec) => !existsSync(handlerFile(spec).entry));
    if (missing) {
      context.log(`engine: the bundle of ${missing.name} is gone: interrupted work waits for the next deployment`);
      return;
    }
    if (last) deployLocally(last);
    beginWork();
  }

  try {
    endpoint = `http://127.0.0.1:${await wire.listen(options.port ?? 0)}`;
    const apiUrl = `http://127.0.0.1:${await api.listen(options.apiPort ?? 0)}`;
    lambda.start();
    featureStore.start();
    restore();
    let stopping: Promise<void> | undefined;
    return {
      endpoint,
      api: apiUrl,
      account,
      region,
      clock,
      metrics,
      deploy(deployment) {
        const done = deploying.then(() => deploy(deployment));
        deploying = done.catch(() => {});
        return done;
      },
      issueToken: api.issueToken,
      async idle() {
        do {
          await states.idle();
          await lambda.idle();
          await featureStore.idle();
          await s3.idle();
        } while (states.isBusy() || lambda.isBusy());
      },
      drainOffline: featureStore.drainNow,
      stop() {
        stopping ??= (async () => {
          await deploying;
          clients.close();
          await parts.stop();
          close();
        })();
        return stopping;
      },
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** SDK clients on the engine's own port, made when a deployment first needs them: it goes through the front door. */
function createClients(endpoint: () => string, region: string) {
  const settings = () => ({ endpoint: endpoint(), region, credentials: engineCredentials });
  let s3: S3Client | undefined;
  let sfn: SFNClient | undefined;
  return {
    s3: () => (s3 ??= new S3Client(settings())),
    sfn: () => (sfn ??= new SFNClient(settings())),
    close() {
      s3?.destroy();
      sfn?.destroy();
    },
  };
}
