import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineEntity } from './define-entity.ts';
import { defineGroup, type RecordInput } from './define-group.ts';
import { column, defineSource } from './define-source.ts';
import { defineView, join } from './define-view.ts';
import { defineFeatureStore, findSource } from './definitions.ts';
import { TidemarkError } from './errors.ts';
import { fractional, integral, text, vector } from './feature-type.ts';

const airport = defineEntity({ name: 'airport', key: { airport: 'string' } });
const hours = defineGroup({
  name: 'hours',
  entity: airport,
  ttl: '2d',
  features: { departures: integral(), mean_delay: fractional(), state: text() },
});

describe('a mistake is a compile error', () => {
  test('the values of a record have the types of the definition', () => {
    type Input = RecordInput<typeof hours>;
    expectTypeOf<Input['departures']>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Input['state']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Input['airport']>().toEqualTypeOf<string | null | undefined>();
    // @ts-expect-error the key may not be left out
    const missingKey: Input = { eventTime: '2026-01-01T00:00:00Z', departures: 1 };
    // @ts-expect-error a misspelt feature
    const misspelt: Input = { airport: 'ATL', eventTime: '2026-01-01T00:00:00Z', departurs: 1 };
    // @ts-expect-error a text is no number
    const wrongType: Input = { airport: 'ATL', eventTime: '2026-01-01T00:00:00Z', departures: '1' };
    expect([missingKey, misspelt, wrongType]).toHaveLength(3);
  });

  test('a source sees one typed row and must return a record', () => {
    defineSource({
      name: 'files',
      group: hours,
      prefix: 'hours/',
      columns: { hour_end: column.instant() },
      map: ({ hour_end, ...row }) => {
        expectTypeOf(row.departures).toEqualTypeOf<number | null>();
        expectTypeOf(hour_end).toEqualTypeOf<string | null>();
        return { ...row, eventTime: hour_end };
      },
    });
    defineSource({
      name: 'wrong',
      group: hours,
      prefix: 'wrong/',
      // @ts-expect-error the mapping returns no key
      map: () => ({ eventTime: null }),
    });
    defineSource({
      name: 'misspelt',
      group: hours,
      prefix: 'misspelt/',
      // @ts-expect-error there is no such column
      map: (row) => ({ ...row, eventTime: row.hour_ended }),
    });
  });

  test('a view knows the types of its features, and its functions are held to them', () => {
    const view = defineView({
      name: 'delay',
      keys: { origin: 'string' },
      joins: [join(hours, { key: { airport: 'origin' }, select: { origin_departures: 'departures', origin_state: 'state' } })],
      requestFeatures: {
        busy: {
          type: integral(),
          compute: ({ features, entity }) => {
            expectTypeOf(features.origin_departures).toEqualTypeOf<number | null>();
            expectTypeOf(entity.origin).toEqualTypeOf<string>();
            return (features.origin_departures ?? 0) > 10 ? 1 : 0;
          },
        },
      },
    });
    type Values = NonNullable<(typeof view)['values']>;
    expectTypeOf<Values['origin_state']>().toEqualTypeOf<string | null>();
    expectTypeOf<Values['busy']>().toEqualTypeOf<number | null>();
    const keys = { origin: 'string' } as const;
    // @ts-expect-error a misspelt feature
    const misspelt = () => join(hours, { key: { airport: 'origin' }, select: { x: 'departurs' } });
    expect(() => defineView({ name: 'a', keys, joins: [misspelt() as never] })).toThrow(/no feature "departurs"/);
    // @ts-expect-error the join does not say which key is the airport
    const keyless = () => join(hours, { key: {}, select: { x: 'departures' } });
    expect(() => defineView({ name: 'a', keys, joins: [keyless() as never] })).toThrow(
      /"airport" of group hours needs a string key/,
    );
    const requestFeatures = (value: string) => ({ x: { type: integral(), compute: () => value } });
    // @ts-expect-error a function of the wrong type
    const wrong = () => defineView({ name: 'a', keys, joins: [], requestFeatures: requestFeatures('one') });
    expect(wrong).toBeTypeOf('function');
  });
});

describe('what types cannot see is refused when the definition is loaded', () => {
  const view = (overrides: object) => () =>
    defineView({
      name: 'v',
      keys: { origin: 'string' },
      joins: [join(hours, { key: { airport: 'origin' }, select: { a: 'departures' } })],
      ...overrides,
    } as never);
  const group = (overrides: object) => () =>
    defineGroup({ name: 'g', entity: airport, features: { a: integral() }, ...overrides } as never);

  test.each([
    { why: 'an upper-case feature', make: group({ features: { Departures: integral() } }) },
    { why: 'a feature that ends in _', make: group({ features: { a_: integral() } }) },
    { why: 'a reserved feature', make: group({ features: { write_time: integral() } }) },
    { why: 'a feature with the name of a key part', make: group({ features: { airport: text() } }) },
    { why: 'a collection in a Standard group', make: group({ features: { a: vector(3) } }) },
    { why: 'the format of a history that is not there', make: group({ storage: 'InMemory', tableFormat: 'iceberg' }) },
    { why: 'two vectors', make: group({ storage: 'InMemory', features: { a: vector(3), b: vector(3) } }) },
    { why: 'a vector of no length', make: group({ storage: 'InMemory', features: { a: vector(0) } }) },
    { why: 'a group that is not kebab-case', make: group({ name: 'Airport Hours' }) },
    { why: 'a duration without a unit', make: group({ ttl: '2' }) },
    { why: 'a name used twice in a view', make: view({ requestFeatures: { a: { type: integral(), compute: () => 1 } } }) },
    {
      why: 'a feature with the name of a key',
      make: view({ joins: [join(hours, { key: { airport: 'origin' }, select: { origin: 'departures' } })] }),
    },
    { why: 'a key of another type', make: view({ keys: { origin: 'integral' } }) },
    { why: 'more staleness than a minute', make: view({ maxStaleness: '61s' }) },
  ])('$why', ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  test('prefixes inside one another, names twice and groups that are not listed', () => {
    const source = (name: string, prefix: string) =>
      defineSource({ name, group: hours, prefix, map: (row) => ({ ...row, eventTime: null }) });
    expect(() => defineFeatureStore({ groups: [hours], sources: [source('a', 'x/'), source('b', 'x/y/')], views: [] })).toThrow(
      TidemarkError,
    );
    expect(() => defineFeatureStore({ groups: [hours, hours], sources: [], views: [] })).toThrow(/defined twice/);
    expect(() => defineFeatureStore({ groups: [], sources: [source('a', 'x/')], views: [] })).toThrow(/not among the groups/);
  });

  test('an object finds the source of its prefix', () => {
    const store = defineFeatureStore({
      groups: [hours],
      sources: [defineSource({ name: 'a', group: hours, prefix: 'x/', map: (row) => ({ ...row, eventTime: null }) })],
      views: [],
    });
    expect(findSource(store, 'x/dt=2026/a b.csv')?.name).toBe('a');
    expect(findSource(store, 'y/a.csv')).toBeUndefined();
  });
});
