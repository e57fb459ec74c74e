import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FeatureReader, ReadRequest } from '../ports/feature-store.ts';
import { packCalls, readRecords, recordId } from './read-records.ts';

const waiting = { nowMs: () => 0, random: () => 0.5, sleep: async () => {} };
const idsOf = (requests: readonly ReadRequest[]) =>
  requests.flatMap(({ groupName, entityKeys }) => entityKeys.map((key) => recordId(groupName, key)));

const wanted = fc.array(fc.integer({ min: 0, max: 260 }), { maxLength: 4 }).map((sizes) =>
  sizes.map((size, at) => ({
    groupName: `g${at}`,
    entityKeys: Array.from({ length: size }, (_, key) => `k${key}`),
    features: ['f'],
  })),
);

test('calls hold at most 100 records, together every record once, and there are as few calls as that allows', () => {
  fc.assert(
    fc.property(wanted, (all) => {
      const calls = packCalls(all);
      const total = all.reduce((sum, one) => sum + one.entityKeys.length, 0);
      for (const call of calls) expect(idsOf(call).length).toBeLessThanOrEqual(100);
      expect(calls.flatMap(idsOf).sort()).toEqual(idsOf(all).sort());
      expect(calls).toHaveLength(Math.ceil(total / 100));
    }),
  );
});

const twoKeys = [{ groupName: 'g', entityKeys: ['a', 'b'], features: ['f'] }];
const recordOf = (entityKey: string) => ({ groupName: 'g', entityKey, values: new Map(), expiresAt: undefined });

test('what comes back unprocessed is asked for again, and only that', async () => {
  const asked: string[][] = [];
  const reader: FeatureReader = {
    async read(requests) {
      const keys = requests.flatMap((request) => request.entityKeys);
      asked.push(keys);
      const open = asked.length === 1 ? ['b'] : [];
      return {
        records: keys.filter((key) => !open.includes(key)).map(recordOf),
        unprocessed: open.map((key) => ({ groupName: 'g', entityKeys: [key], features: ['f'] })),
        refused: [],
      };
    },
  };
  const { found, failed } = await readRecords({ reader, waiting }, twoKeys, 1);
  expect(asked).toEqual([['a', 'b'], ['b']]);
  expect(found.map((record) => record.entityKey)).toEqual(['a', 'b']);
  expect(failed.size).toBe(0);
});

test('a refused record spoils itself only', async () => {
  const reader: FeatureReader = {
    read: async () => ({
      records: [recordOf('a')],
      unprocessed: [],
      refused: [{ groupName: 'g', entityKey: 'b', code: 'InternalFailure' }],
    }),
  };
  const { found, failed } = await readRecords({ reader, waiting }, twoKeys, 1);
  expect([found.length, [...failed]]).toEqual([1, [recordId('g', 'b')]]);
});

test('a store that answers nothing is unavailable, one that never ends runs into the deadline', async () => {
  const broken: FeatureReader = { read: async () => Promise.reject(new Error('down')) };
  await expect(readRecords({ reader: broken, waiting }, twoKeys, 1)).rejects.toMatchObject({ code: 'SERVE_UNAVAILABLE' });
  let nowMs = 0;
  const slow: FeatureReader = { read: async (requests) => ({ records: [], unprocessed: requests, refused: [] }) };
  const sleep = async () => {
    nowMs += 6_000;
  };
  const passing = { ...waiting, nowMs: () => nowMs, sleep };
  await expect(readRecords({ reader: slow, waiting: passing }, twoKeys, 10_000)).rejects.toMatchObject({
    code: 'SERVE_DEADLINE',
  });
});
