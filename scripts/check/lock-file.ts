import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absentBuilds, buildsWithEngines, entryFor, type LockFile } from '../lock/platform-builds.mjs';
import type { Check } from './check.ts';

/** Where the project is meant to run; each tool with native code must have a build for it in the lock. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];
/** The native tools, by the package that lists their builds. */
const NATIVE = ['@biomejs/biome', '@duckdb/node-bindings', 'esbuild', 'oxc-parser', 'rolldown'];

/** What the stacks need has a lock of its own, so that `npm start` need not wait for it. */
const LOCKS = [
  { path: 'package-lock.json', native: NATIVE },
  { path: 'stacks/package-lock.json', native: ['sst'] },
];

const readLock = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as LockFile;

export const lockFile: Check = {
  name: 'lock',
  run(root) {
    const locks = LOCKS.map(({ path, native }) => ({ path, native, lock: readLock(join(root, path)) }));
    return {
      looked: `${locks.reduce((sum, { lock }) => sum + Object.keys(lock.packages).length, 0)} packages`,
      problems: locks.flatMap(({ path, native, lock }) => findLockProblems(lock, native).map((problem) => `${path}: ${problem}`)),
    };
  },
};

/** What would make `npm ci` fail elsewhere, or tie the lock to one registry. */
export function findLockProblems(lock: LockFile, native: readonly string[] = NATIVE): string[] {
  return [
    ...Object.entries(lock.packages)
      .filter(([, entry]) => /^\w+:/.test(entry.resolved ?? ''))
      .map(
        ([path, entry]) =>
          `${path}: names where it came from (${entry.resolved}); .npmrc must keep omit-lockfile-registry-resolved=true`,
      ),
    ...absentBuilds(lock).map(
      ({ parent, name, version }) =>
        `${name}@${version}, wanted by ${parent || 'the root package'}, has no entry: run node scripts/repair-lock.mjs`,
    ),
    ...buildsWithEngines(lock).map(
      (key) => `${key} has engines, for which npm under an older Node skips it: run node scripts/repair-lock.mjs`,
    ),
    ...native.flatMap((tool) =>
      PLATFORMS.filter((platform) => !hasBuild(lock, tool, platform)).map(
        (platform) => `${tool} has no build for ${platform} in the lock`,
      ),
    ),
  ];
}

function hasBuild(lock: LockFile, tool: string, platform: string): boolean {
  const [os = '', cpu = ''] = platform.split('-');
  const parent = `node_modules/${tool}`;
  return Object.keys(lock.packages[parent]?.optionalDependencies ?? {}).some((name) => {
    const entry = entryFor(lock, parent, name);
    return [entry?.os].flat().includes(os) && [entry?.cpu].flat().includes(cpu);
  });
}
