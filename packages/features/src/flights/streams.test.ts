import { defineStreamSource, defineView, encodeEvent, isRefusal, join } from '@tidemark/domain';
import { expect, expectTypeOf, test } from 'vitest';
import { airportActivity, lastDeparture } from './groups.ts';
import { airportActivityEvents, departures } from './streams.ts';
import type { airportNow, routeNow } from './views.ts';

test('the windows have types, in the view that serves them as well', () => {
  type Now = NonNullable<(typeof airportNow)['values']>;
  expectTypeOf<Now['departures_5m']>().toEqualTypeOf<number | null>();
  expectTypeOf<Now['delay_mean_1h']>().toEqualTypeOf<number | null>();
  expectTypeOf<Now['last_destination']>().toEqualTypeOf<string | null>();
  expectTypeOf<NonNullable<(typeof routeNow)['values']>['last_delay']>().toEqualTypeOf<number | null>();
  const keys = { airport: 'string' } as const;
  // @ts-expect-error there is no such window
  const misspelt = () => join(airportActivity, { key: { airport: 'airport' }, select: { departures: 'departures_2h' } });
  // @ts-expect-error the key of the group is not mapped
  const keyless = () => defineView({ name: 'v', keys, joins: [join(airportActivity, { key: {}, select: {} })] });
  expect([misspelt, keyless]).toHaveLength(2);
});

test('a mapping is held to the fields of its windows, and to the features of a direct group', () => {
  defineStreamSource({
    name: 'wrong-field',
    stream: departures,
    group: airportActivity,
    // @ts-expect-error a delay is a number
    map: ({ id, airport, scheduled }) => ({ eventId: id, airport, eventTime: scheduled, delay: 'late' }),
  });
  defineStreamSource({
    name: 'wrong-feature',
    stream: departures,
    group: lastDeparture,
    // @ts-expect-error a route has a destination
    map: ({ airport: origin, scheduled, delay }) => ({ origin, eventTime: scheduled, delay }),
  });
  expect(departures.partitionedBy).toBe(airportActivity.entity);
});

test('an event as its producer writes it is one of the windows', () => {
  const event = { id: 'f1', airport: 'ATL', destination: 'JFK', scheduled: '2026-01-31T09:00:00.000Z', delay: -3 };
  const encoded = encodeEvent(airportActivity, airportActivityEvents.map(event as never));
  expect(isRefusal(encoded) ? encoded : [encoded.entityKey, encoded.id, encoded.values]).toEqual([
    'ATL',
    'f1',
    { destination: 'JFK', delay: -3 },
  ]);
});
