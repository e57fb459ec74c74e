import type { FeatureRecord } from '@tidemark/domain';

/**
 * Which records of a chunk or batch go online: of each entity the one with the greatest event time, the later one where times
 * are equal. All others are history only, which saves online writes and changes no answer.
 */
export function newestOfEachEntity(records: readonly FeatureRecord[]): ReadonlySet<FeatureRecord> {
  const newest = new Map<string, FeatureRecord>();
  for (const record of records) {
    const held = newest.get(record.entityKey);
    if (held === undefined || record.eventTimeNs >= held.eventTimeNs) newest.set(record.entityKey, record);
  }
  return new Set(newest.values());
}
