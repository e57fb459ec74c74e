import { defineView, fractional, integral, join } from '@tidemark/domain';
import { greatCircleKm } from './great-circle.ts';
import { airportHours, airportProfile, routeDays } from './groups.ts';

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
