/**
 * What only the stacks need: SST's CLI from the lock file of stacks/ and, unpacked by it into .sst/platform, its components
 * with Pulumi and the AWS provider's SDK. 420 MB, so no part of the root install: the first synth, deploy or check gets it.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withInstallLock } from '../bootstrap/install-lock.mjs';
import { matchesLock } from '../bootstrap/installed-packages.mjs';

/** Without these every command of SST, even `version`, begins by fetching the Pulumi CLI and bun. */
const OFFLINE = { SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1' };

export const platformDir = (root: string) => join(root, '.sst/platform');
export const sstCommand = (root: string) => join(root, 'stacks/node_modules/.bin/sst');

/** @throws Error with the last lines of npm or SST where one of them does not finish */
export async function ensurePlatform(root: string): Promise<void> {
  if (isReady(root)) return;
  await withInstallLock(root, async (heldBy) => {
    if (isReady(root)) return;
    const started = performance.now();
    console.error('tidemark: installing what the stacks need into stacks/node_modules and .sst (420 MB, once; about a minute)…');
    const stacks = join(root, 'stacks');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    if (!matchesLock(stacks)) await run(npm, ['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], stacks, heldBy);
    // The stage is named so that nothing asks for one; `install` reads no account and writes nothing about it.
    await run(sstCommand(root), ['install', '--stage', 'ci'], root, heldBy);
    writeFileSync(stampPath(root), pinnedVersion(root));
    console.error(`tidemark: installed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  });
}

/** Written last: its presence means that the platform is whole. */
const stampPath = (root: string) => join(root, '.sst/tidemark-installed');

const pinnedVersion = (root: string): string =>
  JSON.parse(readFileSync(join(root, 'stacks/package.json'), 'utf8')).dependencies.sst;

function isReady(root: string): boolean {
  const stamp = stampPath(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === pinnedVersion(root) && matchesLock(join(root, 'stacks'));
}

async function run(command: string, args: string[], cwd: string, heldBy: (pid: number | undefined) => void): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...OFFLINE },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  heldBy(child.pid);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} did not finish (${code}):\n${said.split('\n').slice(-20).join('\n')}`);
}
