import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';

/**
 * Stands in for npm: notes how it was called, then leaves what the real one leaves. With a file `hold` it waits until
 * that is gone; with a file `broken` it fails.
 */
const FAKE_NPM = `
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
while (existsSync('hold')) await new Promise((resolve) => setTimeout(resolve, 10));
if (existsSync('broken')) process.exit(3);
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules');
copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

export interface Run {
  readonly child: ChildProcess;
  /** Resolves as soon as the output so far, of both streams, contains the text. */
  said(text: string): Promise<void>;
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** A project of nothing but the bootstrap, a lock file and the given scripts. Removed when the test is over. */
export function createProject(scripts: Record<string, string>) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-bootstrap-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ['scripts/bootstrap', 'scripts/bootstrap.mjs'])
    cpSync(join(projectRoot, path), join(root, path), { recursive: true });
  write('package.json', '{"type":"module"}');
  write('npm-cli.js', FAKE_NPM);
  lockPackages('1.0.0');
  for (const [path, text] of Object.entries(scripts)) write(path, text);

  function lockPackages(version: string): void {
    write(
      'package-lock.json',
      JSON.stringify({ packages: { '': {}, 'node_modules/x': { version, integrity: `sha512-${version}` } } }),
    );
  }

  return {
    root,
    write,
    /** As after `npm install` of another version of the one package. */
    lockPackages,
    remove: (path: string) => rmSync(join(root, path), { recursive: true }),
    npmCalls: () => (existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : []),
    start: (args: readonly string[], cwd = root) => start(root, args, cwd),
    run: (args: readonly string[], cwd = root) => start(root, args, cwd).ended(),
  };
}

function start(root: string, args: readonly string[], cwd: string): Run {
  const env = { ...process.env, npm_execpath: join(root, 'npm-cli.js'), npm_node_execpath: process.execPath };
  const child = spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    child,
    said: async (text) => {
      while (!`${output.stdout}${output.stderr}`.includes(text)) {
        const event = await Promise.race([
          once(child.stdout, 'data'),
          once(child.stderr, 'data'),
          closed.then(() => 'closed' as const),
        ]);
        if (event === 'closed' && !`${output.stdout}${output.stderr}`.includes(text)) {
          throw new Error(`ended without saying "${text}": ${JSON.stringify(output)}`);
        }
      }
    },
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal, ...output };
    },
  };
}
