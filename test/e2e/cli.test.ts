/** The command line as people and scripts meet it: what is printed where, and how it exits. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListFeatureGroupsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { createProgram } from '@tidemark/cli/program';
import { engineCredentials } from '@tidemark/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, temporaryDir } from './harness.ts';
import { type DevReady, type Serving, serve, tidemark } from './tidemark-process.ts';

const dirs: string[] = [];
const running: Serving<unknown>[] = [];
function dir(): string {
  const made = temporaryDir();
  dirs.push(made);
  return made;
}
function started<Ready = DevReady>(...args: readonly string[]): Serving<Ready> {
  const serving = serve<Ready>(...args, '--json', '--port', '0', '--api-port', '0');
  running.push(serving as Serving<unknown>);
  return serving;
}
afterAll(async () => {
  for (const serving of running) await serving.stop('SIGKILL');
  for (const made of dirs) removeDir(made);
});

const files = dir();
function file(name: string, ...lines: readonly string[]): string {
  const path = join(files, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

test('every command, argument and option says what it is for', async () => {
  const visit = (command: Awaited<ReturnType<typeof createProgram>>, path: string): string[] => [
    path,
    ...command.commands.flatMap((one) => visit(one as typeof command, `${path} ${one.name()}`)),
  ];
  const program = await createProgram((error) => {
    throw error;
  });
  const find = (path: string) =>
    path
      .split(' ')
      .slice(1)
      .reduce<typeof program>((command, name) => command.commands.find((one) => one.name() === name) as typeof program, program);
  const paths = visit(program, 'tidemark');
  expect(paths).toEqual([
    'tidemark',
    ...[
      'dev',
      'engine',
      'apply',
      'ingest',
      'receipts',
      'quarantine',
      'quarantine list',
      'get',
      'dataset',
      'dataset build',
      'dataset show',
      'snapshot',
      'snapshots',
      'restore',
      'drill',
      'monitor',
      'inconsistencies',
      'status',
      'backfill',
      'backfills',
      'stream',
      'stream replay',
      'stream status',
      'stream redrive',
      'stream rebuild',
      'stream resume',
      'bundle',
      'demo',
    ].map((name) => `tidemark ${name}`),
  ]);
  for (const path of paths) {
    const command = find(path);
    expect([path, command.description()]).toEqual([path, expect.stringMatching(/\w+ \w+/)]);
    for (const { flags, description } of command.options)
      expect([path, flags, description]).toEqual([path, flags, expect.stringMatching(/\w+ \w+|stage/)]);
    for (const argument of command.registeredArguments)
      expect([path, argument.description]).toEqual([path, expect.stringMatching(/\w+ \w+/)]);
    if (command.commands.length === 0) expect(command.options.map(({ long }) => long)).toContain('--json');
  }
});

test.concurrent.each([
  { why: 'no command', args: [], says: 'Usage: tidemark' },
  { why: 'an unknown command', args: ['nothing'], says: "unknown command 'nothing'" },
  { why: 'a missing argument of a command', args: ['get'], says: "missing required argument 'view'" },
  {
    why: 'a missing option of a command of a command',
    args: ['dataset', 'build'],
    says: "required option '--view <name>' not specified",
  },
  { why: 'a port that is none', args: ['dev', '--port', 'x'], says: 'a port is a whole number' },
  { why: 'a directory that no engine runs over', args: ['receipts', '--data', 'nowhere'], says: 'no engine runs over nowhere' },
])('wrong usage exits 2 and goes to stderr: $why', async ({ args, says }) => {
  expect(await tidemark(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(says) });
});

test('`engine` is the bare AWS: ready on the first line, nothing deployed, ended by SIGTERM with 0', async () => {
  const data = dir();
  const engine = started<{ endpoint: string }>('engine', '--data', data);
  const ready = await engine.ready;
  expect(ready).toEqual({ ready: true, endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  const config = { endpoint: ready.endpoint, region: 'us-east-1', credentials: engineCredentials };
  expect((await new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  expect((await new LambdaClient(config).send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  expect((await new SFNClient(config).send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
  expect((await new SageMakerClient(config).send(new ListFeatureGroupsCommand({}))).FeatureGroupSummaries).toEqual([]);
  expect(await engine.stop('SIGTERM')).toBe(0);
});

describe('`dev`', () => {
  const data = dir();
  let dev: Serving<DevReady>;
  let ready: DevReady;
  const on = (...args: readonly string[]) => tidemark(...args, '--data', data);

  const startMs = Date.now();
  const hour = (ago: number) => `${new Date(Math.floor(startMs / 3_600_000 - ago) * 3_600_000).toISOString().slice(0, 19)}Z`;
  const HEADER = 'airport,hour_end,departures,mean_delay,share_late';
  const KEY = 'airport-hours/dt=today/Zürich + 100%=ünï%20cödé 日本.csv';

  beforeAll(async () => {
    dev = started('dev', '--data', data);
    ready = await dev.ready;
  });

  test('says on its first line where it is, and with the token the API answers', async () => {
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready).toEqual({ ready: true, endpoint: url, api: url, token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
    const path = `${ready.api}/features/departure-delay?origin=SEA&destination=DEN`;
    expect((await fetch(path)).status).toBe(401);
    const answer = await fetch(path, { headers: { authorization: `Bearer ${ready.token}` } });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ view: 'departure-delay' })]);
  });

  test('a second one over its directory is told which process holds it, and the first goes on', async () => {
    const second = await on('dev', '--port', '0', '--json');
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`${data} is in use by another engine (process ${dev.pid})`),
    });
    expect((await fetch(`${ready.api}/features/nothing`, { headers: { authorization: `Bearer ${ready.token}` } })).status).toBe(
      404,
    );
  });

  test('`ingest` follows files to their receipts, whatever their keys are made of; `receipts` and `quarantine list` show them', async () => {
    const good = file('good.csv', HEADER, `ATL,${hour(2)},41,7.5,0.2`, `JFK,${hour(2)},17,12.25,0.4`, `ORD,${hour(2)},many,1,0`);
    const ingested = await on('ingest', good, '--key', KEY, '--json');
    expect([ingested.code, ingested.stderr]).toEqual([0, '']);
    const [receipt] = JSON.parse(ingested.stdout) as [Record<string, unknown>];
    expect(receipt).toMatchObject({
      key: KEY,
      status: 'sealed',
      rows: { read: 3, accepted: 2, quarantined: 1 },
      reasons: { ROW_WRONG_TYPE: 1 },
    });

    const empty = await on('ingest', file('empty.csv'), '--source', 'route-days', '--json');
    expect([empty.code, empty.stderr]).toEqual([4, 'tidemark: 1 of 1 files were refused: see `tidemark quarantine list`\n']);
    const [refused] = JSON.parse(empty.stdout) as [Record<string, unknown>];
    expect(refused).toMatchObject({ key: 'route-days/empty.csv', status: 'refused', refusal: { code: 'FILE_EMPTY' } });

    const [receipts, quarantine, shown] = await Promise.all([
      on('receipts', '--json'),
      on('quarantine', 'list', '--json'),
      on('quarantine', 'list'),
    ]);
    expect(JSON.parse(receipts.stdout)).toEqual([receipt, refused]);
    expect(JSON.parse(quarantine.stdout)).toEqual([
      {
        bucket: receipt.bucket,
        key: KEY,
        versionId: receipt.versionId,
        line: 4,
        row: 2,
        code: 'ROW_WRONG_TYPE',
        field: 'departures',
        message: 'departures must be a whole number',
      },
      expect.objectContaining({ key: 'route-days/empty.csv', line: 0, row: -1, code: 'FILE_EMPTY' }),
    ]);
    expect(shown.stdout).toMatch(/Zürich \+ 100%=ünï%20cödé 日本\.csv +4 +departures +ROW_WRONG_TYPE/);
    expect(shown.stdout + quarantine.stdout).not.toContain('many');
  });

  test('`ingest` of a file that belongs nowhere ends, and says so', async () => {
    const stray = file('stray.csv', 'a', '1');
    const [unroutable, unnamed] = await Promise.all([
      on('ingest', stray, '--key', 'nowhere/stray.csv'),
      on('ingest', stray, '--source', 'nothing'),
    ]);
    expect(unroutable).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^tidemark: FILE_UNROUTABLE: .*nowhere\/stray\.csv/),
    });
    expect(unnamed).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--source airports|airport-hours|route-days'),
    });
  });

  test('`get` prints the features of an entity, or why not', async () => {
    const [text, json, view, key, token] = await Promise.all([
      on('get', 'departure-delay', 'origin=ATL', 'destination=JFK'),
      on('get', 'departure-delay', 'origin=ATL', 'destination=JFK', '--json'),
      on('get', 'nothing', 'origin=ATL'),
      on('get', 'departure-delay', 'origin=ATL', 'gate=1'),
      on('get', 'departure-delay', 'origin=ATL', 'destination=JFK', '--token', 'x.y.z'),
    ]);
    expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/origin_departures +41 +\S+Z +fresh\n/)]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      rows: [{ features: { destination_mean_delay: { value: 12.25, eventTime: hour(2) } } }],
    });
    expect(view).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('tidemark: VIEW_UNKNOWN: 404 no such view') });
    expect([key.code, key.stderr]).toEqual([2, expect.stringContaining('REQUEST_KEY_')]);
    expect([token.code, token.stderr]).toEqual([4, expect.stringContaining('401')]);
  });

  test('`dataset build` takes a local file of labels and `dataset show` finds its manifest; what cannot be built says why', async () => {
    const labels = file('late labels.csv', 'from,destination,at,late', `ATL,JFK,${hour(1)},true`, `JFK,ATL,${hour(5)},false`);
    const build = (...options: readonly string[]) =>
      on('dataset', 'build', '--labels', labels, '--label-time', 'at', '--key', 'origin=from', ...options);
    // The history of the file above must have reached the offline store: the default profile brings it within a second.
    const covered = async () => {
      const built = await build('--view', 'departure-delay', '--name', `late-${Date.now()}`, '--json');
      expect([built.code, built.stderr]).toEqual([0, expect.stringContaining('Finish ranges')]);
      return JSON.parse(built.stdout) as { id: string; rows: number; coverage: Record<string, number> };
    };
    let manifest = await covered();
    while (manifest.coverage.origin_departures === 0) manifest = await covered();
    expect(manifest).toMatchObject({
      rows: 2,
      coverage: { origin_departures: 0.5, destination_departures: 0.5, hour_of_day: 1 },
      checks: { futureValues: 0 },
    });

    const [shown, missing, view, column, again] = await Promise.all([
      on('dataset', 'show', manifest.id, '--json'),
      on('dataset', 'show', 'nothing'),
      build('--view', 'nothing'),
      on('dataset', 'build', '--view', 'departure-delay', '--labels', labels, '--label-time', 'when', '--key', 'origin=from'),
      build('--view', 'departure-delay', '--name', manifest.id),
    ]);
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([0, manifest]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('MANIFEST_UNKNOWN')]);
    expect([view.code, view.stderr]).toEqual([
      2,
      expect.stringMatching(/VIEW_UNKNOWN: data set nothing-\S+ ended as FAILED: no view "nothing" is defined/),
    ]);
    expect([column.code, column.stderr]).toEqual([2, expect.stringContaining('PIT_LABEL_TIME_MISSING')]);
    expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('exists already')]);
  });

  test('SIGTERM ends it with 0, and it leaves no trace of running', async () => {
    expect(await dev.stop('SIGTERM')).toBe(0);
    expect(existsSync(join(data, 'engine.json'))).toBe(false);
    expect(await on('receipts')).toMatchObject({ code: 2, stderr: expect.stringContaining('no engine runs over') });
  });
});
