import { defineView, fractional, integral, join } from '@tidemark/domain';
import { greatCircleKm } from './great-circle.ts';
import { airportActivity, airportHours, airportProfile, lastDeparture, routeDays } from './groups.ts';

/** What a model that asks "will this departure be late?" is given. */
export const departureDelay = defineView({
  name: 'departure-delay',
  description: 'Will this departure be late?',
  keys: { origin: 'string', destination: 'string' },
  maxStaleness: '30s',
  joins: [
    join(airportHours, {
      key: { airport: 'origin' },
      select: { origin_departures: 'departures', origin_mean_delay: 'mean_delay', origin_share_late: 'share_late' },
    }),
    join(airportHours, {
      key: { airport: 'destination' },
      select: {
        destination_departures: 'departures',
        destination_mean_delay: 'mean_delay',
        destination_share_late: 'share_late',
      },
    }),
    join(routeDays, {
      key: { origin: 'origin', destination: 'destination' },
      select: { route_flights: 'flights', route_mean_delay: 'mean_delay', route_share_late: 'share_late' },
    }),
    join(airportProfile, {
      key: { airport: 'origin' },
      select: { origin_state: 'state', origin_latitude: 'latitude', origin_longitude: 'longitude' },
    }),
    join(airportProfile, {
      key: { airport: 'destination' },
      select: { destination_state: 'state', destination_latitude: 'latitude', destination_longitude: 'longitude' },
    }),
  ],
  requestFeatures: {
    hour_of_day: { type: integral(), compute: ({ timeMs }) => new Date(timeMs).getUTCHours() },
    distance_km: {
      type: fractional(),
      compute: ({ features: { origin_latitude, origin_longitude, destination_latitude, destination_longitude } }) =>
        origin_latitude === null || origin_longitude === null || destination_latitude === null || destination_longitude === null
          ? null
          : greatCircleKm(
              { latitude: origin_latitude, longitude: origin_longitude },
              { latitude: destination_latitude, longitude: destination_longitude },
            ),
    },
  },
});

/** What goes on at an airport, as of the answer. */
export const airportNow = defineView({
  name: 'airport-now',
  description: 'What goes on at an airport right now',
  keys: { airport: 'string' },
  joins: [
    join(airportActivity, {
      key: { airport: 'airport' },
      select: {
        departures_5m: 'departures_5m',
        departures_1h: 'departures_1h',
        delay_sum_1h: 'delay_sum_1h',
        delay_mean_1h: 'delay_mean_1h',
        delay_max_3h: 'delay_max_3h',
        destinations_1h: 'destinations_1h',
        last_destination: 'last_destination',
      },
    }),
  ],
});

/** A route right now: its newest departure beside what goes on at both ends. */
export const routeNow = defineView({
  name: 'route-now',
  description: 'A route right now: its newest departure, and what goes on at both ends',
  keys: { origin: 'string', destination: 'string' },
  joins: [
    join(lastDeparture, { key: { origin: 'origin', destination: 'destination' }, select: { last_delay: 'delay' } }),
    join(airportActivity, { key: { airport: 'origin' }, select: { origin_departures_1h: 'departures_1h' } }),
    join(airportActivity, { key: { airport: 'destination' }, select: { destination_departures_1h: 'departures_1h' } }),
  ],
});
