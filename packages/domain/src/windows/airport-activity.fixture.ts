import { defineEntity } from '../define-entity.ts';
import { column } from '../define-source.ts';
import { aggregate } from './aggregate.ts';
import { defineStream, defineStreamSource } from './define-stream.ts';
import { defineWindowedGroup } from './define-windowed-group.ts';
import { field } from './event-field.ts';

export const airport = defineEntity({ name: 'airport', key: { airport: 'string' } });

export const airportActivity = defineWindowedGroup({
  name: 'airport-activity',
  entity: airport,
  description: 'What goes on at an airport right now',
  fields: { destination: field.text({ maxBytes: 4 }), delay: field.integer({ within: 10_000, description: 'minutes' }) },
  step: '1m',
  lateness: '24h',
  futureTolerance: '5m',
  bounds: { events: 4_000, eventsPerStep: 100, distinctPerStep: 60 },
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

export const airportActivityEvents = defineStreamSource({
  name: 'airport-activity',
  stream: departures,
  group: airportActivity,
  map: ({ id, airport: code, destination, scheduled, delay }) => ({
    eventId: id,
    airport: code,
    eventTime: scheduled,
    destination,
    delay,
  }),
});
