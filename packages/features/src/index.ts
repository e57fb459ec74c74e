import { defineFeatureStore } from '@tidemark/domain';
import { airportHours, airportProfile, routeDays } from './flights/groups.ts';
import { airportFiles, airportHourFiles, routeDayFiles } from './flights/sources.ts';
import { departureDelay } from './flights/views.ts';

export const definitions = defineFeatureStore({
  groups: [airportProfile, airportHours, routeDays],
  sources: [airportFiles, airportHourFiles, routeDayFiles],
  views: [departureDelay],
});
