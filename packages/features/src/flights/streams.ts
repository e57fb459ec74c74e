import { column, defineStream, defineStreamSource } from '@tidemark/domain';
import { airport } from './entities.ts';
import { airportActivity, lastDeparture } from './groups.ts';

/** One event a flight, sent when it leaves. */
export const departures = defineStream({
  name: 'departures',
  partitionedBy: airport,
  columns: {
    id: column.text(),
    airport: column.text(),
    destination: column.text(),
    scheduled: column.instant(),
    delay: column.integer(),
  },
});

/** Every departure counts in the windows of its airport. */
export const airportActivityEvents = defineStreamSource({
  name: 'airport-activity',
  stream: departures,
  group: airportActivity,
  map: ({ id, scheduled, ...event }) => ({ ...event, eventId: id, eventTime: scheduled }),
});

/** The newest departure of a route is its record. */
export const lastDepartureEvents = defineStreamSource({
  name: 'last-departure',
  stream: departures,
  group: lastDeparture,
  map: ({ airport: origin, destination, scheduled, delay }) => ({ origin, destination, eventTime: scheduled, delay }),
});
