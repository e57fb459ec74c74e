import { defineEntity, defineGroup, encodeRecord, type FeatureRecord, fractional, integral, isRefusal } from '@tidemark/domain';
import { expect, test } from 'vitest';
import type { OnlineRecord, WriteEntry } from '../ports/feature-store.ts';
import type { BackfillWriteDependencies } from './backfill-dependencies.ts';
import { replaceEqualTimes } from './replace-equal-times.ts';

const group = defineGroup({
  name: 'g',
  entity: defineEntity({ name: 'e', key: { e: 'string' } }),
  features: { n: integral(), x: fractional() },
});
const TIME = '2026-01-31T09:00:00Z';

function entryOf(key: string, values: { n?: number; x?: number }): WriteEntry {
  const record = encodeRecord(group, { e: key, eventTime: TIME, ...values });
  if (isRefusal(record)) throw new Error(record.message);
  return { groupName: 'dev-g-v1', record: record as FeatureRecord, stores: 'both' };
}

const onlineOf = (entityKey: string, eventTime: string, values: Readonly<Record<string, string>>): OnlineRecord => ({
  groupName: 'dev-g-v1',
  entityKey,
  values: new Map([['event_time', eventTime], ...Object.entries(values)]),
  expiresAt: undefined,
});

/** A store that holds these records, answers every second key late, and refuses to remove the keys that are newer by then. */
function storeOf(held: readonly OnlineRecord[], newer: readonly string[] = []) {
  const calls: string[] = [];
  const deps = {
    waiting: { nowMs: () => 0, sleep: async () => {}, random: () => 0 },
    pace: { recordsPerSecond: 1_000, callsInFlight: 1 },
    reader: {
      read: async (requests) => {
        const keys = requests.flatMap(({ entityKeys }) => entityKeys);
        const answered = keys.length === 1 ? keys : keys.filter((_, at) => at % 2 === 0);
        const left = keys.filter((key) => !answered.includes(key));
        return {
          records: held.filter(({ entityKey }) => answered.includes(entityKey)),
          unprocessed: left.length === 0 ? [] : [{ groupName: 'dev-g-v1', entityKeys: left, features: [] }],
          refused: [],
        };
      },
    },
    remover: {
      removeOnline: async (_group, key, before) => {
        calls.push(`remove ${key} before ${before}`);
        return newer.includes(key) ? 'newer' : 'removed';
      },
    },
    writer: {
      write: async (entries) => {
        for (const { record, stores } of entries) calls.push(`put ${record.entityKey} ${stores}`);
        return { unprocessed: [], refused: [] };
      },
    },
  } as Partial<BackfillWriteDependencies> as BackfillWriteDependencies;
  return { deps, calls };
}

const cases = [
  { why: 'the same in other words', time: TIME, values: { n: '+1', x: '1e0' }, replaced: false },
  { why: 'the same time in other words', time: '2026-01-31T09:00:00.000Z', values: { n: '2', x: '1' }, replaced: true },
  { why: 'a feature less', time: TIME, values: { n: '1' }, replaced: true },
  { why: 'a feature more', time: TIME, values: { n: '1', x: '1', other: '3' }, replaced: false },
  { why: 'a later value', time: '2026-01-31T09:00:00.001Z', values: { n: '2' }, replaced: false },
];
test.each(cases)('$why', async ({ time, values, replaced }) => {
  const { deps, calls } = storeOf([onlineOf('a', time, values as never)]);
  expect(await replaceEqualTimes(deps, group, [entryOf('a', { n: 1, x: 1 })])).toBe(Number(replaced));
  expect(calls).toEqual(replaced ? ['remove a before 2026-01-31T09:00:00.001Z', 'put a online'] : []);
});

test('of many, those that are stale; one for which a newer value came in meanwhile stays', async () => {
  const keys = Array.from({ length: 250 }, (_, at) => `k${at}`);
  const held = keys.map((key, at) => onlineOf(key, TIME, { n: at % 10 === 0 ? '7' : '1' }));
  const { deps, calls } = storeOf(held, ['k0']);
  const entries = keys.map((key) => entryOf(key, { n: 1 }));
  expect(await replaceEqualTimes(deps, group, entries)).toBe(24);
  expect(calls.filter((call) => call.startsWith('remove'))).toHaveLength(25);
  expect(calls.filter((call) => call.startsWith('put'))).toHaveLength(24);
  expect(calls).not.toContain('put k0 online');
});
