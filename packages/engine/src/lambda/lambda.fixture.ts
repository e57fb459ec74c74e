/** What the tests of this folder and its neighbours arrange with: a context in a fresh directory, and bundles from text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets, StoredObject } from '../ports.ts';
import { profiles } from '../settings.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import type { FunctionSpec } from './function-spec.ts';

export function createTestContext(
  changes: Partial<EngineContext> = {},
): EngineContext & { logged: string[]; [Symbol.dispose](): void } {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-engine-'));
  const logged: string[] = [];
  return {
    dataDir,
    clock: createEngineClock(),
    settings: profiles.default,
    account: '000000000000',
    region: 'us-east-1',
    random: () => 0.5,
    log: (line) => void logged.push(line),
    logged,
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
    ...changes,
  };
}

/** Writes `index.mjs` and gives the specification of a function of it. */
export function writeFunction(
  context: EngineContext,
  name: string,
  source: string,
  changes: Partial<FunctionSpec> = {},
): FunctionSpec {
  const bundleDir = join(context.dataDir, 'bundles', name);
  mkdirSync(bundleDir, { recursive: true });
  writeFileSync(join(bundleDir, 'index.mjs'), source);
  return { name, bundleDir, handler: 'index.handler', memoryMb: 128, timeoutMs: 5_000, environment: {}, ...changes };
}

export function createFakeBuckets(): Buckets & { objects: Map<string, string> } {
  const objects = new Map<string, string>();
  const refuse = (): never => {
    throw new Error('the fake has put only');
  };
  return {
    objects,
    ensureBucket: () => {},
    async put(bucket, key, body) {
      objects.set(`${bucket}/${key}`, Buffer.from(body).toString());
      return {} as StoredObject;
    },
    adopt: refuse,
    head: refuse,
    list: refuse,
    remove: refuse,
  };
}
