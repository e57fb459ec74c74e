import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineEntity } from '../define-entity.ts';
import { defineGroup } from '../define-group.ts';
import { column } from '../define-source.ts';
import { defineView, join } from '../define-view.ts';
import { fractional, integral } from '../feature-type.ts';
import { aggregate } from './aggregate.ts';
import { airport, airportActivity, airportActivityEvents, departures } from './airport-activity.fixture.ts';
import { defineStream, defineStreamSource, type StreamEvent } from './define-stream.ts';
import { defineWindowedGroup, type EventInput, isWindowed } from './define-windowed-group.ts';
import { field } from './event-field.ts';
import { greatestRecordBytes } from './window-bounds.ts';
import { eventGroupOf, stateGroupOf } from './window-groups.ts';

const settings = { name: 'g', entity: airport, step: '1m', lateness: '1h', bounds: { events: 100, eventsPerStep: 10 } } as const;
const fields = { destination: field.text({ maxBytes: 4 }), delay: field.integer(), ratio: field.number() };

describe('a mistake is a compile error', () => {
  test('windows are over fields that the events have, sums over whole numbers', () => {
    const windows = {
      // @ts-expect-error a misspelt field
      misspelt: () => defineWindowedGroup({ ...settings, fields, windows: { a: aggregate.max('delai', { length: '1h' }) } }),
      // @ts-expect-error texts cannot be added up
      text: () => defineWindowedGroup({ ...settings, fields, windows: { a: aggregate.sum('destination', { length: '1h' }) } }),
      // @ts-expect-error a sum of doubles depends on their order
      doubles: () => defineWindowedGroup({ ...settings, fields, windows: { a: aggregate.mean('ratio', { length: '1h' }) } }),
      // @ts-expect-error only first and last go without a length
      endless: () => defineWindowedGroup({ ...settings, fields, windows: { a: aggregate.max('delay') } }),
    };
    for (const define of Object.values(windows)) expect(define).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  test('a view knows the types of windows', () => {
    const view = defineView({
      name: 'airport-now',
      keys: { airport: 'string' },
      joins: [
        join(airportActivity, { key: { airport: 'airport' }, select: { departures: 'departures_1h', next: 'last_destination' } }),
      ],
    });
    type Values = NonNullable<(typeof view)['values']>;
    expectTypeOf<Values['departures']>().toEqualTypeOf<number | null>();
    expectTypeOf<Values['next']>().toEqualTypeOf<string | null>();
    const key = { airport: 'airport' } as const;
    // @ts-expect-error there is no such window
    join(airportActivity, { key, select: { a: 'departures_2h' } });
  });

  test('a mapping of a stream sees one typed event and returns one', () => {
    expectTypeOf<EventInput<typeof airportActivity>['delay']>().toEqualTypeOf<number | null | undefined>();
    defineStreamSource({
      name: 'typed',
      stream: departures,
      group: airportActivity,
      filter: ({ delay }) => {
        expectTypeOf(delay).toEqualTypeOf<number | null>();
        return delay !== null;
      },
      map: ({ id, ...event }) => ({ eventId: id, airport: event.airport, eventTime: event.scheduled }),
    });
    const source = { name: 'wrong', stream: departures, group: airportActivity };
    type Departure = StreamEvent<typeof departures.columns>;
    const keyless = ({ id, scheduled }: Departure) => ({ eventId: id, eventTime: scheduled });
    // @ts-expect-error the key is not returned
    defineStreamSource({ ...source, map: keyless });
    const wrongType = ({ id, airport: code, scheduled }: Departure) => ({
      eventId: id,
      airport: code,
      eventTime: scheduled,
      delay: '1',
    });
    // @ts-expect-error a delay is a number
    defineStreamSource({ ...source, map: wrongType });
  });
});

describe('what types cannot see is refused when the definition is loaded', () => {
  const group = (overrides: object) => () =>
    defineWindowedGroup({ ...settings, fields, windows: { a: aggregate.sum('delay', { length: '1h' }) }, ...overrides } as never);
  const windows = (one: object) => group({ windows: { a: one } });

  test.each([
    { why: 'a length that is no multiple of the step', make: windows(aggregate.count({ length: '90s' })) },
    { why: 'a step of nothing', make: windows(aggregate.count({ length: '1m', step: '0s' })) },
    { why: 'a precision that arrivals do not have', make: group({ precision: 'us' }) },
    { why: 'a field with the name of a key part', make: group({ fields: { ...fields, airport: field.text({ maxBytes: 3 }) } }) },
    {
      why: 'a field with the name of a column of the history',
      make: group({ fields: { ...fields, event_id: field.text({ maxBytes: 3 }) } }),
    },
    { why: 'a window with the name of the state', make: group({ windows: { window_state: aggregate.count({ length: '1h' }) } }) },
    { why: 'a scale beyond 9', make: group({ fields: { ...fields, delay: field.decimal({ scale: 10, within: 1 }) } }) },
    { why: 'a bound of nothing', make: group({ bounds: { events: 0, eventsPerStep: 1 } }) },
    {
      why: 'a sum that could pass 2^53',
      make: group({ fields: { ...fields, delay: field.integer({ within: Number.MAX_SAFE_INTEGER }) } }),
    },
    {
      why: 'a variance that could pass 64 bits',
      make: group({ fields, windows: { a: aggregate.variance('delay', { length: '1h' }) } }),
    },
    { why: 'ids beyond 350 KB', make: group({ bounds: { events: 30_000, eventsPerStep: 10 } }) },
    {
      why: 'distinct values beyond 350 KB',
      make: group({
        bounds: { events: 2_000, eventsPerStep: 2_000 },
        windows: { a: aggregate.distinct('destination', { length: '3h' }) },
      }),
    },
    {
      why: 'open events beyond 350 KB',
      make: group({
        fields: { ...fields, destination: field.text({ maxBytes: 1_000 }) },
        bounds: { events: 400, eventsPerStep: 100 },
        windows: { a: aggregate.last('destination') },
      }),
    },
  ])('$why', ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  test('windows of an entity that the stream is not partitioned by; records of it are welcome', () => {
    const route = defineEntity({ name: 'route', key: { origin: 'string' } });
    const byRoute = defineStream({ name: 's', partitionedBy: route, columns: { id: column.text(), at: column.instant() } });
    const map = (event: { id: string | null; at: string | null }) => ({ airport: event.id, eventTime: event.at });
    expect(() => defineStreamSource({ name: 'a', stream: byRoute, group: airportActivity, map })).toThrow(/partitioned by route/);
    const plain = defineGroup({ name: 'plain', entity: airport, features: { a: integral() } });
    expect(defineStreamSource({ name: 'a', stream: byRoute, group: plain, map }).kind).toBe('direct');
  });
});

test('a windowed group is a group whose features are its windows, and two groups in the store', () => {
  expect(isWindowed(airportActivity)).toBe(true);
  expect(airportActivityEvents.kind).toBe('windowed');
  expect(airportActivity.features.departures_5m).toEqual(integral());
  expect(airportActivity.features.delay_mean_1h).toEqual(fractional());
  expect(stateGroupOf(airportActivity)).toMatchObject({ name: 'airport-activity', keptIn: 'online' });
  expect(Object.keys(stateGroupOf(airportActivity).features).at(-1)).toBe('window_state');
  const events = eventGroupOf(airportActivity);
  expect(events).toMatchObject({
    name: 'airport-activity-events',
    keptIn: 'offline',
    entity: { key: { airport: 'string', event_id: 'string' } },
  });
  expect(Object.keys(events.features)).toEqual(['event_entity', 'event_arrived_at', 'destination', 'delay']);
  expect(isWindowed(events)).toBe(false);
});

test('features inherit the sensitivity of what they are made of', () => {
  const personal = defineWindowedGroup({
    ...settings,
    fields: { delay: field.integer({ sensitivity: 'personal' }) },
    windows: { a: aggregate.mean('delay', { length: '1h' }), b: aggregate.count({ length: '1h' }) },
  });
  expect([personal.features.a.sensitivity, personal.features.b.sensitivity]).toEqual(['personal', undefined]);
});

test('the example can never write a record beyond 350 KB', () => {
  expect(greatestRecordBytes(airportActivity)).toBe(211_864);
});
