import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from './decode-value.ts';
import { defineEntity } from './define-entity.ts';
import { defineGroup } from './define-group.ts';
import { encodeRecord, isRefusal } from './encode-record.ts';
import { fractional, integral, integral64, listOf, setOf, text, vector } from './feature-type.ts';

const meter = defineEntity({ name: 'meter', key: { site: 'string', number: 'integral' } });
const readings = defineGroup({
  name: 'readings',
  entity: meter,
  precision: 'ms',
  features: { label: text(), count: integral(), total: integral64(), level: fractional() },
});
const embeddings = defineGroup({
  name: 'embeddings',
  entity: meter,
  storage: 'InMemory',
  features: { tags: listOf(text()), kinds: setOf(integral()), point: vector(3) },
});

const key = { site: 'north|east', number: 7, eventTime: '2026-01-31T09:00:00.250Z' };
const refusalOf = (group: typeof readings | typeof embeddings, input: Record<string, unknown>) => {
  const outcome = encodeRecord(group, { ...key, ...input });
  return isRefusal(outcome) ? { code: outcome.code, field: outcome.field } : undefined;
};

test('a full row becomes a record in the order of the group, key and event time first', () => {
  expect(encodeRecord(readings, { ...key, level: 1e-7, total: -(2n ** 63n), count: 3, label: '' })).toEqual({
    entityKey: 'north\\|east|7',
    eventTime: '2026-01-31T09:00:00.250Z',
    eventTimeNs: 1769850000_250000000n,
    values: [
      ['entity_key', 'north\\|east|7'],
      ['site', 'north|east'],
      ['number', '7'],
      ['event_time', '2026-01-31T09:00:00.250Z'],
      ['label', ''],
      ['count', '3'],
      ['total', '-9223372036854775808'],
      ['level', '1e-7'],
    ],
  });
});

test('values that are not there are left out', () => {
  const outcome = encodeRecord(readings, { ...key, count: null, level: undefined });
  expect(isRefusal(outcome) ? outcome : outcome.values.map(([feature]) => feature)).toEqual([
    'entity_key',
    'site',
    'number',
    'event_time',
  ]);
});

describe('refuses by name', () => {
  test.each([
    { input: { site: '' }, code: 'ROW_KEY_MISSING', field: 'site' },
    { input: { number: null }, code: 'ROW_KEY_MISSING', field: 'number' },
    { input: { number: 1.5 }, code: 'ROW_WRONG_TYPE', field: 'number' },
    { input: { site: '\ud800' }, code: 'ROW_WRONG_TYPE', field: 'site' },
    { input: { site: 'x'.repeat(2_047) }, code: 'ROW_KEY_TOO_LONG', field: undefined },
    { input: { eventTime: undefined }, code: 'ROW_EVENT_TIME_MISSING', field: 'eventTime' },
    { input: { eventTime: '2026-01-31' }, code: 'ROW_EVENT_TIME_MALFORMED', field: 'eventTime' },
    { input: { eventTime: 1769850000 }, code: 'ROW_EVENT_TIME_MALFORMED', field: 'eventTime' },
    { input: { eventTime: '2026-01-31T09:00:00.0001Z' }, code: 'ROW_EVENT_TIME_TOO_FINE', field: 'eventTime' },
    { input: { count: 1.5 }, code: 'ROW_WRONG_TYPE', field: 'count' },
    { input: { count: '3' }, code: 'ROW_WRONG_TYPE', field: 'count' },
    { input: { count: 2 ** 53 }, code: 'ROW_OUT_OF_RANGE', field: 'count' },
    { input: { total: 2n ** 63n }, code: 'ROW_OUT_OF_RANGE', field: 'total' },
    { input: { total: 3 }, code: 'ROW_WRONG_TYPE', field: 'total' },
    { input: { level: Number.NaN }, code: 'ROW_NOT_A_NUMBER', field: 'level' },
    { input: { level: Number.POSITIVE_INFINITY }, code: 'ROW_NOT_A_NUMBER', field: 'level' },
    { input: { label: 3 }, code: 'ROW_WRONG_TYPE', field: 'label' },
    { input: { leval: 3 }, code: 'ROW_UNKNOWN_FEATURE', field: 'leval' },
    { input: { label: 'x'.repeat(350 * 1024) }, code: 'ROW_TOO_LARGE', field: undefined },
  ])('$code in $field', ({ input, code, field }) => {
    expect(refusalOf(readings, input)).toEqual({ code, field });
  });

  test("a name of Object's own prototype is an unknown feature", () => {
    expect(refusalOf(readings, Object.fromEntries([['valueOf', 'text']]))).toEqual({
      code: 'ROW_UNKNOWN_FEATURE',
      field: 'valueOf',
    });
  });

  test.each([
    { input: { tags: 'a' }, why: 'a text where a list belongs' },
    { input: { tags: ['a', null] }, why: 'an element without a value' },
    { input: { point: [1, 2] }, why: 'a vector that is too short' },
  ])('collections: $why', ({ input }) => {
    expect(refusalOf(embeddings, input)?.code).toBe('ROW_COLLECTION_INVALID');
  });
});

test('a refusal never repeats the value', () => {
  const secret = 'f00dcafe';
  for (const input of [{ eventTime: secret }, { count: secret }, { level: secret }, { number: secret }]) {
    expect(JSON.stringify(encodeRecord(readings, { ...key, ...input }))).not.toContain(secret);
  }
});

test('a set collapses duplicates, a list keeps them', () => {
  const outcome = encodeRecord(embeddings, { ...key, tags: ['a', 'a'], kinds: [2, 1, 2], point: [0, 0.5, 1] });
  expect(isRefusal(outcome) ? outcome : outcome.values.slice(4)).toEqual([
    ['tags', ['a', 'a']],
    ['kinds', ['2', '1']],
    ['point', ['0', '0.5', '1']],
  ]);
});

test('what is encoded is decoded to the same value', () => {
  const features = fc.record({
    label: fc.string({ unit: 'grapheme' }).filter((one) => one.isWellFormed()),
    count: fc.maxSafeInteger(),
    total: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    level: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  fc.assert(
    fc.property(features, (given) => {
      const outcome = encodeRecord(readings, { ...key, ...given });
      if (isRefusal(outcome)) throw new Error(outcome.message);
      const stored = new Map(outcome.values);
      for (const [name, type] of Object.entries(readings.features)) {
        const value = given[name as keyof typeof given];
        expect(decodeValue(type, stored.get(name) ?? [])).toEqual(value === 0 ? 0 : value);
      }
    }),
  );
});

test.each([
  { type: integral(), text: '1.5' },
  { type: integral(), text: '9007199254740993' },
  { type: fractional(), text: 'abc' },
  { type: fractional(), text: '' },
  { type: integral64(), text: '0x10' },
])('a stored text of another type is no value: $text', ({ type, text: stored }) => {
  expect(decodeValue(type, stored)).toBeUndefined();
});
