import { expect, expectTypeOf, test } from 'vitest';
import { column, defineSource } from './define-source.ts';
import { defineView, join } from './define-view.ts';
import { defineFeatureStore, storedGroups } from './definitions.ts';
import { airport, airportActivity, airportActivityEvents, departures } from './windows/airport-activity.fixture.ts';
import { defineStream, defineStreamSource } from './windows/define-stream.ts';
import { eventGroupOf } from './windows/window-groups.ts';

const store = {
  groups: [airportActivity],
  sources: [],
  views: [],
  streams: [departures],
  streamSources: [airportActivityEvents],
};
const other = defineStream({ name: 'other', partitionedBy: airport, columns: { id: column.text() } });
const twin = defineStreamSource({
  name: 'twin',
  stream: departures,
  group: airportActivity,
  map: ({ id, scheduled, ...event }) => ({ ...event, eventId: id, eventTime: scheduled }),
});

test('a windowed group is two groups of the store, one online and one offline', () => {
  const { groups } = defineFeatureStore(store);
  expect(storedGroups({ groups }).map(({ name, keptIn }) => [name, keptIn])).toEqual([
    ['airport-activity', 'online'],
    ['airport-activity-events', 'offline'],
  ]);
});

test('streams may be left out', () => {
  expect(defineFeatureStore({ groups: [], sources: [], views: [] })).toMatchObject({ streams: [], streamSources: [] });
});

test('the mapping of a stream sees one typed event, and must return what its group takes', () => {
  defineStreamSource({
    name: 'typed',
    stream: departures,
    group: airportActivity,
    map: ({ id, delay, scheduled, airport: code }) => {
      expectTypeOf(delay).toEqualTypeOf<number | null>();
      return { eventId: id, airport: code, eventTime: scheduled, delay };
    },
  });
  defineStreamSource({
    name: 'wrong',
    stream: departures,
    group: airportActivity,
    // @ts-expect-error the mapping returns no key
    map: ({ scheduled }) => ({ eventTime: scheduled }),
  });
  defineStreamSource({
    name: 'misspelt',
    stream: departures,
    group: airportActivity,
    // @ts-expect-error there is no such column
    filter: (event) => event.dealy > 0,
    map: ({ id, scheduled, ...event }) => ({ ...event, eventId: id, eventTime: scheduled }),
  });
});

test.each([
  {
    why: 'a windowed group that nothing feeds',
    change: { streams: [], streamSources: [] },
    says: /exactly one source.*none does/,
  },
  { why: 'two sources into one windowed group', change: { streamSources: [airportActivityEvents, twin] }, says: /and twin do/ },
  { why: 'a stream that is not listed', change: { streams: [] }, says: /departures is not among the streams/ },
  { why: 'a stream that nobody reads', change: { streams: [departures, other] }, says: /other: no source takes its events/ },
  { why: 'a stream that is there twice', change: { streams: [departures, departures] }, says: /departures is defined twice/ },
  {
    why: 'a group that is not listed',
    change: { groups: [] },
    says: /group airport-activity is not among the groups/,
  },
  {
    why: 'a group of the name that the events have',
    change: { groups: [airportActivity, { ...eventGroupOf(airportActivity) }] },
    says: /airport-activity-events v1 is defined twice/,
  },
  {
    why: 'a name for files and for events',
    change: {
      groups: [airportActivity, eventGroupOf({ ...airportActivity, name: 'plain' })],
      sources: [
        defineSource({
          name: 'airport-activity',
          group: eventGroupOf({ ...airportActivity, name: 'plain' }),
          prefix: 'x/',
          map: () => ({}) as never,
        }),
      ],
    },
    says: /source airport-activity is defined twice/,
  },
  {
    why: 'files into windows',
    change: { sources: [defineSource({ name: 'files', group: airportActivity, prefix: 'x/', map: () => ({}) as never })] },
    says: /files cannot feed the windowed group/,
  },
  {
    why: 'windows that grow old',
    change: {
      views: [
        defineView({
          name: 'now',
          keys: { airport: 'string' },
          joins: [join(airportActivity, { key: { airport: 'airport' }, select: { n: 'departures_1h' }, maxAge: '1h' })],
        }),
      ],
    },
    says: /leave out maxAge/,
  },
])('$why is refused', ({ change, says }) => {
  expect(() => defineFeatureStore({ ...store, ...change })).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringMatching(says) }),
  );
});
