import { defineFeatureStore } from '@tidemark/domain';
import { airportActivity, airportHours, airportProfile, lastDeparture, routeDays } from './flights/groups.ts';
import { airportFiles, airportHourFiles, routeDayFiles } from './flights/sources.ts';
import { airportActivityEvents, departures, lastDepartureEvents } from './flights/streams.ts';
import { airportNow, departureDelay, routeNow } from './flights/views.ts';

export const definitions = defineFeatureStore({
  groups: [airportProfile, airportHours, routeDays, airportActivity, lastDeparture],
  sources: [airportFiles, airportHourFiles, routeDayFiles],
  views: [departureDelay, airportNow, routeNow],
  streams: [departures],
  streamSources: [airportActivityEvents, lastDepartureEvents],
});
