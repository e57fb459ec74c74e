import { expect, test } from 'vitest';
import { dataMap, findPlace } from './data-map.ts';
import { datasetKeys, workKeys } from './dataset/dataset-plan.ts';
import { ledgerKeys } from './ledger/ledger-keys.ts';
import { monitorKeys } from './monitor/monitor-request.ts';
import { snapshotKeys, snapshotWorkKeys } from './snapshot/snapshot-plan.ts';

/** Every key that a table of keys can make, with stand-ins for its parts. */
const keysOf = (table: Readonly<Record<string, (...parts: never[]) => string>>): string[] =>
  Object.values(table).map((key) => (key as (...parts: unknown[]) => string)('2026-01-31', 'id', 1));

test.each([
  { bucket: 'ledger', keys: keysOf(ledgerKeys) },
  { bucket: 'work', keys: [...keysOf(workKeys), ...keysOf(snapshotWorkKeys)] },
  { bucket: 'datasets', keys: [...keysOf(datasetKeys), ...keysOf(snapshotKeys)] },
  { bucket: 'work', keys: keysOf(workKeys) },
  { bucket: 'work', keys: keysOf(monitorKeys) },
  { bucket: 'datasets', keys: keysOf(datasetKeys) },
] as const)('every place that is written to in $bucket is in the data map', ({ bucket, keys }) => {
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.filter((key) => findPlace(bucket, key) === undefined)).toEqual([]);
});

test('a key that nobody declared is in no place', () => {
  expect(findPlace('ledger', 'scratch/x.json')).toBeUndefined();
});

test('no place lies inside another, so that each key has one answer', () => {
  for (const one of dataMap) {
    const inside = dataMap.filter((other) => other !== one && other.bucket === one.bucket && other.prefix.startsWith(one.prefix));
    expect(inside).toEqual([]);
  }
});

test('evidence holds no entity', () => {
  expect(dataMap.filter((place) => place.class === 'evidence' && place.erasure !== 'holds-no-entity')).toEqual([]);
});
