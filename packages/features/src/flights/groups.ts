import { aggregate, defineGroup, defineWindowedGroup, field, fractional, integral, text } from '@tidemark/domain';
import { airport, route } from './entities.ts';

/** What an airport is: changes rarely, never expires. */
export const airportProfile = defineGroup({
  name: 'airport-profile',
  entity: airport,
  owner: 'network-planning',
  description: 'Name and place of an airport',
  precision: 's',
  features: {
    name: text(),
    city: text(),
    state: text(),
    country: text(),
    latitude: fractional({ description: 'degrees north' }),
    longitude: fractional({ description: 'degrees east' }),
  },
});

/** How an airport's departures went in one clock hour. The event time is the end of the hour: before it nobody knows. */
export const airportHours = defineGroup({
  name: 'airport-hours',
  entity: airport,
  owner: 'flight-operations',
  description: 'Departures of an airport in one hour',
  precision: 's',
  ttl: '2d',
  freshFor: '3h',
  features: {
    departures: integral({ description: 'flights that were to leave in the hour' }),
    mean_delay: fractional({ description: 'minutes' }),
    share_late: fractional({ description: 'share of the flights that were 15 minutes late or more, 0 to 1' }),
  },
});

/** How the flights of a route went on one day. The event time is the end of the day. */
export const routeDays = defineGroup({
  name: 'route-days',
  entity: route,
  owner: 'flight-operations',
  description: 'Flights of a route on one day',
  precision: 's',
  freshFor: '2d',
  features: {
    flights: integral(),
    mean_delay: fractional({ description: 'minutes' }),
    share_late: fractional({ description: 'share of the flights that were 15 minutes late or more, 0 to 1' }),
    distance: integral({ description: 'miles, as filed' }),
  },
});

/**
 * What goes on at an airport right now, from its departures as they happen. The bounds limit the size of a record: the busiest
 * airport of 2001 had 997 departures on its busiest day, and 100 in an hour to 79 airports, which is a minute of a day that is
 * played sixty times as fast.
 */
export const airportActivity = defineWindowedGroup({
  name: 'airport-activity',
  entity: airport,
  owner: 'flight-operations',
  description: 'What goes on at an airport right now',
  fields: {
    destination: field.text({ maxBytes: 4 }),
    delay: field.integer({ within: 10_000, description: 'minutes' }),
  },
  step: '1m',
  lateness: '24h',
  futureTolerance: '5m',
  bounds: { events: 4_000, eventsPerStep: 150, distinctPerStep: 100 },
  windows: {
    departures_5m: aggregate.count({ length: '5m' }),
    departures_1h: aggregate.count({ length: '1h' }),
    delay_sum_1h: aggregate.sum('delay', { length: '1h' }),
    delay_mean_1h: aggregate.mean('delay', { length: '1h' }),
    delay_max_3h: aggregate.max('delay', { length: '3h' }),
    destinations_1h: aggregate.distinct('destination', { length: '1h' }),
    last_destination: aggregate.last('destination'),
  },
});

/** The newest departure of a route. */
export const lastDeparture = defineGroup({
  name: 'last-departure',
  entity: route,
  owner: 'flight-operations',
  description: 'The newest departure of a route',
  freshFor: '6h',
  features: { delay: integral({ description: 'minutes' }) },
});
