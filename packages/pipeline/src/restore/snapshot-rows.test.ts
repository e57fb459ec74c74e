import { describe, expect, test } from 'vitest';
import type { HashedColumn } from '../dataset/content-hash.ts';
import { snapshotRows } from './snapshot-rows.ts';

const AT = '2026-01-31T12:00:00Z';
const TTL_MS = 60_000;
const columns: readonly HashedColumn[] = [
  { name: 'entity_key', type: 'STRING', cells: ['k'] },
  { name: 'event_time', type: 'STRING', cells: [AT] },
  { name: 'n', type: 'INT64', cells: [9_007_199_254_740_993n] },
  { name: 'd', type: 'DOUBLE', cells: [1.5] },
  { name: 'gone', type: 'DOUBLE', cells: [null] },
];
const rows = snapshotRows(columns, TTL_MS);
const same = { entity_key: 'k', event_time: AT, n: '9007199254740993', d: '1.5' };
const online = (values: Readonly<Record<string, string>>) => ({
  groupName: 'g',
  entityKey: 'k',
  values: new Map(Object.entries(values)),
  expiresAt: undefined,
});

test('a row is written as it was, whole numbers of 64 bits too, without what has no value', () => {
  expect(rows.record(0)).toMatchObject({ entityKey: 'k', eventTime: AT, values: Object.entries(same) });
  const zero = snapshotRows([...columns.slice(0, 2), { name: 'd', type: 'DOUBLE', cells: [-0] }], undefined);
  expect(zero.record(0).values.at(-1)).toEqual(['d', '-0']);
});

describe('an online record', () => {
  test.each([
    { why: 'of the same texts', values: same, standing: 'equal' },
    { why: 'with another text for a whole number', values: { ...same, n: '09007199254740993' }, standing: 'equal' },
    { why: 'with another text for a fraction', values: { ...same, d: '1.50' }, standing: 'equal' },
    { why: 'a little off, where a double could not tell', values: { ...same, n: '9007199254740992' }, standing: 'later' },
    { why: 'with a value more', values: { ...same, gone: '0' }, standing: 'later' },
    { why: 'with a value less', values: { entity_key: 'k', event_time: AT, d: '1.5' }, standing: 'later' },
    { why: 'a nanosecond newer', values: { ...same, event_time: '2026-01-31T12:00:00.000000001Z' }, standing: 'later' },
    { why: 'a nanosecond older', values: { ...same, event_time: '2026-01-31T11:59:59.999999999Z' }, standing: 'earlier' },
  ])('$why stands as $standing', ({ values, standing }) => {
    expect(rows.standing(0, online(values))).toBe(standing);
  });
});

test.each([
  { byMs: -1, expired: false },
  { byMs: 0, expired: true },
  { byMs: 1, expired: true },
])('$byMs ms beside its end of life, a row is expired: $expired', ({ byMs, expired }) => {
  expect(rows.isExpired(0, Date.parse(AT) + TTL_MS + byMs)).toBe(expired);
  expect(snapshotRows(columns, undefined).isExpired(0, Number.MAX_SAFE_INTEGER)).toBe(false);
});
