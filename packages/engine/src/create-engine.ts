import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockDataDir } from './data-dir-lock.ts';
import { createDeployer } from './deployment/deployer.ts';
import type { Engine, EngineOptions } from './engine.ts';
import type { EngineContext } from './engine-context.ts';
import { createEngineParts } from './engine-parts.ts';
import { createFunctionLogs } from './lambda/function-logs.ts';
import { createSeededRandom } from './seeded-random.ts';
import { profiles } from './settings.ts';
import { createEngineClock } from './time/engine-clock.ts';

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
  const { account, region, clock } = context;
  let endpoint = '';
  const parts = await createEngineParts(context, {
    endpoint: () => endpoint,
    onFunctionLog: options.onFunctionLog ?? (() => {}),
    ...(options.onAccess === undefined ? {} : { onAccess: options.onAccess }),
    ...(options.compileCacheDir === undefined ? {} : { compileCacheDir: options.compileCacheDir }),
  });
  const { access, s3, lambda, mappings, states, featureStore, metrics, logs, api, scheduler, workGroups, wire } = parts;
  let works = false;

  const deployer = createDeployer(context, {
    endpoint: () => endpoint,
    access,
    lambda,
    logs,
    api,
    scheduler,
    workGroups,
    mappings,
    /** Delivering and running, what a kill interrupted first. */
    beginWork() {
      if (works) return;
      works = true;
      s3.start();
      states.start();
      mappings.start();
    },
  });

  try {
    endpoint = `http://127.0.0.1:${await wire.listen(options.port ?? 0)}`;
    const apiUrl = `http://127.0.0.1:${await api.listen(options.apiPort ?? 0)}`;
    lambda.start();
    featureStore.start();
    deployer.restore();
    let stopping: Promise<void> | undefined;
    return {
      endpoint,
      api: apiUrl,
      account,
      region,
      clock,
      metrics,
      deploy: deployer.deploy,
      issueToken: api.issueToken,
      async idle() {
        do {
          logs.flush();
          await mappings.idle();
          await states.idle();
          await lambda.idle();
          await featureStore.idle();
          await s3.idle();
        } while (logs.isBusy() || mappings.isBusy() || states.isBusy() || lambda.isBusy());
      },
      drainOffline: featureStore.drainNow,
      stop() {
        stopping ??= (async () => {
          await deployer.close();
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
