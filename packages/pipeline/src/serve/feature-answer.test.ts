import { defineEntity, defineGroup, integral, join } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { answerFeature, statusOf } from './feature-answer.ts';
import type { ServedRecord } from './served-record.ts';

const group = defineGroup({
  name: 'g',
  entity: defineEntity({ name: 'e', key: { e: 'string' } }),
  ttl: '2h',
  freshFor: '1h',
  features: { n: integral(), m: integral() },
});
const one = join(group, { key: { e: 'e' }, select: { n: 'n', m: 'm' } });
const HOUR = 3_600_000;
const at = 10 * HOUR;
const record: ServedRecord = {
  eventTime: '1970-01-01T10:00:00Z',
  eventTimeMs: at,
  expiresAtMs: Number.POSITIVE_INFINITY,
  values: new Map([['n', 7]]),
  answers: [],
};
const answerOf = (given: ServedRecord | 'failed', feature: string, asOf: number) =>
  answerFeature(given, statusOf(one, given, asOf), feature);

test.each([
  { why: 'at its event time', asOf: at, status: 'fresh', value: 7 },
  { why: 'at the end of freshFor', asOf: at + HOUR, status: 'fresh', value: 7 },
  { why: 'a millisecond after it', asOf: at + HOUR + 1, status: 'stale', value: 7 },
  { why: 'a millisecond before maxAge', asOf: at + 2 * HOUR - 1, status: 'stale', value: 7 },
  { why: 'at maxAge, the instant at which TTL hides it', asOf: at + 2 * HOUR, status: 'expired', value: null },
])('$why a value is $status', ({ asOf, status, value }) => {
  expect(answerOf(record, 'n', asOf)).toEqual({ value, eventTime: '1970-01-01T10:00:00Z', status });
});

test.each([
  { why: 'no record', given: { ...record, eventTime: undefined }, feature: 'n', status: 'missing' },
  { why: 'a record without the feature', given: record, feature: 'm', status: 'missing' },
  {
    why: 'a value that is not of the declared type',
    given: { ...record, values: new Map([['n', undefined]]) },
    feature: 'n',
    status: 'failed',
  },
  { why: 'a record that could not be read', given: 'failed', feature: 'n', status: 'failed' },
  {
    why: 'a record that its own TTL has hidden since it was read',
    given: { ...record, expiresAtMs: at + 1 },
    feature: 'n',
    status: 'expired',
  },
] as const)('$why: $status', ({ given, feature, status }) => {
  expect(answerOf(given, feature, at + 1)).toMatchObject({ value: null, status });
});
