import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from './data-dir-lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('a directory is locked once in this process, and again after the release', () => {
  const release = lockDataDir(directory);
  expect(() => lockDataDir(directory)).toThrow(`in use by another engine (process ${process.pid})`);
  release();
  lockDataDir(directory)();
});

it('the lock of another process is respected while it lives, and falls with it', async () => {
  const module = new URL('./data-dir-lock.ts', import.meta.url).href;
  const script = `const { lockDataDir } = await import(${JSON.stringify(module)}); lockDataDir(${JSON.stringify(directory)});
    gc(); console.log('locked'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(() => lockDataDir(directory)).toThrow(`(process ${holder.pid})`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockDataDir(directory)();
});
