import { defineGroup, fractional, integral, text } from '@tidemark/domain';
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
