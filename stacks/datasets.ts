/** Training sets: the machine that builds them and its functions. */
import type { Foundation } from './foundation.ts';
import { createCapability } from './parts/capability.ts';

export function createDatasets(foundation: Foundation): void {
  createCapability(foundation, 'datasets');
}
