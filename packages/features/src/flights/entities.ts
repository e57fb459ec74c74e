import { defineEntity } from '@tidemark/domain';

/** An airport by its IATA or FAA code. */
export const airport = defineEntity({ name: 'airport', key: { airport: 'string' } });

/** A pair of airports with scheduled flights, in the direction of travel. */
export const route = defineEntity({ name: 'route', key: { origin: 'string', destination: 'string' } });
