/** What keeps the store healthy: snapshots, restores, backfills, the watch, and whatever else no other capability claims. */
import type { Foundation } from './foundation.ts';
import { createCapability } from './parts/capability.ts';

export function createOperations(foundation: Foundation): void {
  createCapability(foundation, 'operations');
}
