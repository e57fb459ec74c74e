import { existsSync, readFileSync } from 'node:fs';
import type { AuditLine } from '@tidemark/pipeline';
import { expect, test } from 'vitest';
import { machinesOf, resolveSchedule, resolveTopology, stageNames } from './resolve-topology.ts';
import { SCHEDULED_TIME, topology } from './topology.ts';

const stage = { stage: 'dev', account: '000000000000', region: 'us-east-1' };
const resolved = resolveTopology(stage, { 'audit-key': 'secret' }, (name) => `/bundles/${name}`, [{ name: 'departures' }]);
const functions = Object.entries(topology.functions);

test('every function has an entry that exports a handler, and the shell stays a shell', () => {
  for (const [name, { entry }] of functions) {
    const file = new URL(entry, import.meta.url);
    expect([name, existsSync(file)]).toEqual([name, true]);
    const source = readFileSync(file, 'utf8');
    expect(source).toContain('export const handler');
    expect([name, source.split('\n').length < 60]).toEqual([name, true]);
  }
});

test('every environment variable that a function reads is given to it, and no other', () => {
  const shared = readFileSync(new URL('runtime/ledger.ts', import.meta.url), 'utf8');
  const besides = (entry: string, source: string) =>
    [...source.matchAll(/from '(\.\/[a-z-]+\.ts)'/g)].map((match) =>
      readFileSync(new URL(match[1] as string, new URL(entry, import.meta.url)), 'utf8'),
    );
  for (const [name, { entry, environment }] of functions) {
    const own = readFileSync(new URL(entry, import.meta.url), 'utf8');
    const files = [own, ...besides(entry, own)];
    const text = [...files, ...(files.some((file) => file.includes('/runtime/ledger.ts')) ? [shared] : [])].join('\n');
    const read = new Set([...text.matchAll(/settings\.(?:text|positive)\('([A-Z_]+)'\)/g)].map((match) => match[1] as string));
    expect([name, Object.keys(environment).sort()]).toEqual([name, [...read].sort()]);
  }
});

test('machines call functions that exist, and every function is called by something', () => {
  const names = stageNames(stage);
  const text = JSON.stringify(machinesOf(names));
  const called = new Set([...text.matchAll(/:function:dev-([a-z-]+)/g)].map((match) => match[1] as string));
  const triggered = new Set([
    ...called,
    ...topology.routes.map((route) => route.function),
    ...topology.schedules.flatMap(({ target }) => ('function' in target ? [target.function] : [])),
    ...Object.values(topology.buckets).flatMap((bucket) => bucket.notifies),
    ...topology.logSubscriptions.map(({ function: name }) => name),
    topology.streams.received.function,
  ]);
  expect([...triggered].sort()).toEqual(Object.keys(topology.functions).sort());
});

test('permissions name actions and places, never a star for an action', () => {
  for (const [name, { permissions }] of functions) {
    expect(permissions.length).toBeGreaterThan(0);
    for (const { actions } of permissions)
      for (const action of actions) expect([name, action]).toEqual([name, expect.stringMatching(/^[a-z0-9]+:[A-Za-z]+$/)]);
  }
});

test('a resolved stage is plain data without a reference left in it', () => {
  expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
  expect(resolved.functions.find((one) => one.name === 'dev-object-uploaded')?.environment).toMatchObject({
    LEDGER_BUCKET: 'tidemark-dev-ledger-000000000000',
    INGEST_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:dev-ingest',
  });
  for (const one of resolved.functions) for (const value of Object.values(one.environment)) expect(typeof value).toBe('string');
});

test('the subscription to audit lines asks for their kind', () => {
  const kind: AuditLine['kind'] = 'feature-read';
  expect(resolved.logSubscriptions).toEqual([
    {
      name: 'feature-reads',
      logGroup: '/tidemark/dev/functions/serve-features',
      pattern: `{ $.kind = "${kind}" }`,
      functionName: 'dev-audit-logged',
    },
  ]);
  const keeper = resolved.functions.find(({ name }) => name === 'dev-audit-logged');
  expect(resolved.logGroups).toEqual([{ name: keeper?.environment.AUDIT_LOG_GROUP }]);
});

test('a bucket name is one that S3 takes', () => {
  for (const { name } of resolved.buckets) expect(name).toMatch(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
});

test('a schedule starts a function or a machine of its stage, the machine with the scheduled time', () => {
  const names = stageNames(stage);
  const expression = 'rate(1 day)';
  expect(resolveSchedule(names, 'dev', { name: 'daily', expression, target: { function: 'reconcile' } })).toEqual({
    name: 'dev-daily',
    expression,
    target: { functionName: 'dev-reconcile' },
  });
  const input = { scheduledTime: SCHEDULED_TIME };
  expect(resolveSchedule(names, 'dev', { name: 'daily', expression, target: { machine: 'ingest', input } })).toEqual({
    name: 'dev-daily',
    expression,
    target: { stateMachine: 'dev-ingest' },
    input,
  });
});

test('each stream of the definitions has a mapping that gives up before the stream forgets', () => {
  expect(resolved.streams).toEqual([{ name: 'dev-departures', shardCount: 2, retentionHours: 168 }]);
  expect(resolved.eventSourceMappings).toMatchObject([
    {
      name: 'dev-departures-received',
      streamName: 'dev-departures',
      functionName: 'dev-stream-received',
      reportBatchItemFailures: true,
      failureDestination: 's3://tidemark-dev-ledger-000000000000',
    },
  ]);
  const { retentionHours, received } = topology.streams;
  expect(received.maximumRecordAgeMs).toBeLessThan(retentionHours * 3_600_000);
});
