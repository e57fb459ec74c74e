import { column, defineSource } from '@tidemark/domain';
import { airportHours, airportProfile, routeDays } from './groups.ts';

/** The airport directory, exported as CSV whenever it changes. */
export const airportFiles = defineSource({
  name: 'airports',
  group: airportProfile,
  prefix: 'airports/',
  columns: { iata: column.text(), valid_from: column.instant() },
  map: ({ iata, valid_from, ...row }) => ({ ...row, airport: iata, eventTime: valid_from }),
});

/** One file a day, in whatever format the exporting system had that day. */
export const airportHourFiles = defineSource({
  name: 'airport-hours',
  group: airportHours,
  prefix: 'airport-hours/',
  columns: { hour_end: column.instant() },
  map: ({ hour_end, ...row }) => ({ ...row, eventTime: hour_end }),
});

export const routeDayFiles = defineSource({
  name: 'route-days',
  group: routeDays,
  prefix: 'route-days/',
  columns: { day_end: column.instant() },
  map: ({ day_end, ...row }) => ({ ...row, eventTime: day_end }),
});
