import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { createProject } from './bootstrapped-project.ts';

const hello = { 'hello.ts': 'const words: string[] = process.argv.slice(2);\nconsole.log(words.join(" "));' };
const NOTHING_SAID = { code: 0, signal: null, stderr: '' };

describe('bootstrap: installing', () => {
  it('installs once, without scripts and with everything a developer needs, then says nothing more', async () => {
    const project = createProject(hello);

    const first = await project.run(['hello.ts', 'a', '--b']);
    const second = await project.run(['hello.ts', 'c']);

    expect(first).toMatchObject({
      code: 0,
      stdout: 'a --b\n',
      stderr: expect.stringMatching(/^tidemark: installing .*\ntidemark: installed in .*\n$/),
    });
    expect(second).toEqual({ ...NOTHING_SAID, stdout: 'c\n' });
    expect(project.npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts --include=dev --include=optional /)]);
  });

  it('installs again when package-lock.json has changed, and only then', async () => {
    const project = createProject(hello);
    await project.run(['hello.ts']);
    project.lockPackages('1.0.1');
    await project.run(['hello.ts']);
    await project.run(['hello.ts']);
    expect(project.npmCalls()).toHaveLength(2);
  });

  it('installs again when node_modules is gone', async () => {
    const project = createProject(hello);
    await project.run(['hello.ts']);
    project.remove('node_modules');
    await project.run(['hello.ts']);
    expect(project.npmCalls()).toHaveLength(2);
  });

  it.each([
    { why: 'takes over what npm installed by hand', version: '1.0.0', calls: 0 },
    { why: 'does not take over another version', version: '0.9.0', calls: 1 },
  ])('$why', async ({ version, calls }) => {
    const project = createProject(hello);
    const installed = { packages: { 'node_modules/x': { version, integrity: `sha512-${version}` } } };
    project.write('node_modules/.package-lock.json', JSON.stringify(installed));
    expect(await project.run(['hello.ts', 'a'])).toMatchObject({ code: 0, stdout: 'a\n' });
    expect(project.npmCalls()).toHaveLength(calls);
  });

  it('tells that npm failed, runs nothing, and tries again the next time', async () => {
    const project = createProject({ ...hello, broken: '' });
    const failed = await project.run(['hello.ts', 'a']);
    project.remove('broken');
    const repaired = await project.run(['hello.ts', 'a']);

    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('npm ci did not finish (3)') });
    expect(repaired).toMatchObject({ code: 0, stdout: 'a\n' });
  });

  it('lets only one of two install, while the other waits and then goes on', async () => {
    const project = createProject({ ...hello, hold: '' });
    const runs = [project.start(['hello.ts', 'a']), project.start(['hello.ts', 'a'])];
    await Promise.race(runs.map((run) => run.said('another command is installing')));
    project.remove('hold');

    expect(await Promise.all(runs.map((run) => run.ended()))).toMatchObject([
      { code: 0, stdout: 'a\n' },
      { code: 0, stdout: 'a\n' },
    ]);
    expect(project.npmCalls()).toHaveLength(1);
    expect(existsSync(join(project.root, '.tidemark-install.lock'))).toBe(false);
  });

  it('takes over from an install whose process is gone', async () => {
    const project = createProject(hello);
    const { pid } = spawnSync(process.execPath, ['--version']);
    project.write('.tidemark-install.lock/holder.json', JSON.stringify({ host: hostname(), pids: [pid] }));
    expect(await project.run(['hello.ts', 'a'])).toMatchObject({ code: 0, stdout: 'a\n' });
  });

  it('stops npm and ends when it is told to stop while installing', async () => {
    const project = createProject({ ...hello, hold: '' });
    const run = project.start(['hello.ts']);
    await run.said('installing');
    while (project.npmCalls().length === 0) await new Promise((resolve) => setImmediate(resolve));
    run.child.kill('SIGTERM');
    expect(await run.ended()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('npm ci did not finish (SIGTERM)'),
    });
    expect(existsSync(join(project.root, '.tidemark-install.lock'))).toBe(false);
  });
});

describe('bootstrap: handing over', () => {
  it('runs the script in the folder of the caller, with the tools of the project first on PATH', async () => {
    const project = createProject({
      'where.ts': 'console.log(JSON.stringify([process.cwd(), process.env.PATH, process.version]));',
    });
    const elsewhere = join(project.root, 'elsewhere');
    mkdirSync(elsewhere);
    const [cwd, path, version] = JSON.parse((await project.run(['where.ts'], elsewhere)).stdout);
    expect(cwd).toBe(elsewhere);
    expect(path.split(delimiter)[0]).toBe(join(project.root, 'node_modules/.bin'));
    expect(version).toMatch(/^v(2[4-9]|[3-9]\d)\./);
  });

  it('ends with the exit code of the script', async () => {
    const project = createProject({ 'seven.ts': 'process.exitCode = 7;' });
    expect(await project.run(['seven.ts'])).toMatchObject({ code: 7, signal: null });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on and waits for the script to end in its own way',
    async (signal) => {
      const project = createProject({
        'polite.ts': `process.on('${signal}', () => { console.log('closing'); process.exit(42); });\nsetInterval(() => {}, 1000);\nconsole.log('ready');`,
      });
      const run = project.start(['polite.ts']);
      await run.said('ready');
      run.child.kill(signal);
      expect(await run.ended()).toMatchObject({ code: 42, stdout: 'ready\nclosing\n' });
    },
  );

  it('dies of the signal that the script died of', async () => {
    const project = createProject({ 'rude.ts': "process.kill(process.pid, 'SIGKILL');" });
    expect(await project.run(['rude.ts'])).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('has no shell between itself and npm, which would swallow the signals that npm passes on', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.values(scripts).filter((script) => !script.startsWith('exec node scripts/bootstrap.mjs '))).toEqual([]);
  });

  it('says how it is used when there is no script', async () => {
    expect(await createProject({}).run([], tmpdir())).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: ') });
  });
});
