/** A stage on this machine: bundles, engine, functions, machines, API, definitions applied. What `tidemark dev` is. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine, type Deployment, type Engine, type EngineOptions, type ProfileName, profiles } from '@tidemark/engine';
import { resolveTopology } from '@tidemark/functions/resolve-topology';
import { applyDefinitions, type Change, planApply } from '@tidemark/pipeline';
import { defaultBundleDir, ensureBundles } from './bundle-stage.ts';
import { type ConnectedStage, connected } from './connect.ts';
import { type EngineFile, removeEngineFile, saveEngineFile } from './engine-file.ts';
import { loadDefinitions } from './load-definitions.ts';
import { waiting } from './waiting.ts';

export interface StartOptions {
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly stage: string;
  readonly profile: ProfileName;
  readonly definitions?: string;
  readonly log?: (line: string) => void;
  /** For tests: the engine's time, and who is told what it judged. */
  readonly engine?: Pick<EngineOptions, 'clock' | 'onAccess'>;
  /** What is deployed instead: with roles and keys, everything is judged by them. */
  readonly adjust?: (deployment: Deployment) => Deployment;
  /** Key of the feature groups that are made. */
  readonly kmsKeyArn?: string;
}

export interface RunningStage extends ConnectedStage {
  readonly engine: EngineFile;
  readonly instance: Engine;
  readonly changes: readonly Change[];
  readonly deployment: Deployment;
  stop(): Promise<void>;
}

const ISSUER = 'https://issuer.tidemark.local/';
const AUDIENCE = 'tidemark';
const TOKEN_DAYS = 30;
/** As long as a deployed stage that is no production. */
const LOG_DAYS = 7;
/** Beyond the delay of a profile: what a flush of the offline store may take on a busy machine. */
const OFFLINE_FLUSH_SECONDS = 20;

export async function startStage(options: StartOptions): Promise<RunningStage> {
  const dataDir = resolve(options.data);
  mkdirSync(dataDir, { recursive: true });
  const bundleDir = options.definitions === undefined ? defaultBundleDir : join(dataDir, 'functions');
  const instance = await createEngine({
    dataDir,
    port: options.port,
    apiPort: options.apiPort,
    profile: options.profile,
    // Beside the bundles, so that another data directory finds them compiled.
    compileCacheDir: join(bundleDir, '../compiled'),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...options.engine,
  });
  try {
    // Only now: an engine that already runs over the directory must not have its functions replaced.
    await ensureBundles(bundleDir, options.definitions);
    return await deploy(instance, options, dataDir, bundleDir);
  } catch (error) {
    await instance.stop();
    throw error;
  }
}

async function deploy(instance: Engine, options: StartOptions, dataDir: string, bundleDir: string): Promise<RunningStage> {
  const { offlineDelayMs } = profiles[options.profile];
  const place = {
    stage: options.stage,
    account: instance.account,
    region: instance.region,
    offlineDelaySeconds: Math.ceil(offlineDelayMs[1] / 1_000) + OFFLINE_FLUSH_SECONDS,
  };
  const definitions = await loadDefinitions(options.definitions);
  const secrets = { 'audit-key': auditKey(dataDir) };
  const { routes, logGroups, ...deployment } = resolveTopology(
    place,
    secrets,
    (name) => join(bundleDir, name),
    definitions.streams,
  );
  const resolved: Deployment = {
    ...deployment,
    logGroups: logGroups.map((group) => ({ ...group, retentionDays: LOG_DAYS })),
    routes: routes.map(({ authorizer, ...route }) => ({
      ...route,
      authorizer: authorizer === 'jwt' ? { type: 'jwt', issuer: ISSUER, audience: AUDIENCE } : { type: 'iam' },
    })),
  };
  const adjusted = options.adjust?.(resolved) ?? resolved;
  await instance.deploy(adjusted);
  const nowS = Math.floor(Date.now() / 1000);
  const token = await instance.issueToken({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'developer',
    iat: nowS,
    exp: nowS + TOKEN_DAYS * 86_400,
  });
  const file: EngineFile = {
    pid: process.pid,
    endpoint: instance.endpoint,
    api: instance.api,
    token,
    ...place,
    bundleDir,
    ...(options.definitions === undefined ? {} : { definitions: resolve(options.definitions) }),
  };
  const stage = connected(place, file, options.kmsKeyArn);
  const deps = { ...stage, definitions, ledger: stage.names.bucket('ledger'), database: stage.names.database, waiting };
  const changes = await planApply(deps);
  await applyDefinitions(deps, changes);
  saveEngineFile(dataDir, file);
  return {
    ...stage,
    engine: file,
    instance,
    changes,
    deployment: adjusted,
    async stop() {
      removeEngineFile(dataDir);
      await instance.stop();
    },
  };
}

/** The stage secret: made once, kept with the data, so that audit lines of one key stay comparable. */
function auditKey(dataDir: string): string {
  const path = join(dataDir, 'stage-secret');
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return Buffer.from(hkdfSync('sha256', readFileSync(path), '', 'audit-key', 32)).toString('base64url');
}
