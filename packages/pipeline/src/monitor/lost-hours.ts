import { toMs } from '@tidemark/domain';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { hourHasFiles, partitionPath } from './history-files.ts';

/** Entities that agree that an hour is gone: a single one may have been written to the online store alone. */
const FEWEST_WITNESSES = 2;

/**
 * Event times of what the online store has and the history does not → whether the hour of a time is lost: several of them lie in
 * it, and the history has no file there.
 */
export async function findLostHours(
  objects: ObjectStore,
  offline: OfflineTable,
  unknownTimesMs: readonly number[],
): Promise<(timeNs: bigint) => boolean> {
  const lost = new Set<string>();
  for (const [hour, times] of Map.groupBy(unknownTimesMs, partitionPath)) {
    const [timeMs] = times;
    if (timeMs === undefined || times.length < FEWEST_WITNESSES) continue;
    if (!(await hourHasFiles(objects, offline, timeMs))) lost.add(hour);
  }
  return (timeNs) => lost.has(partitionPath(toMs(timeNs)));
}
