import type { FeatureValue, Join } from '@tidemark/domain';
import type { ServedRecord } from './served-record.ts';

export type FeatureStatus = 'fresh' | 'stale' | 'expired' | 'missing' | 'failed';

export interface FeatureAnswer {
  readonly value: FeatureValue | null;
  readonly eventTime: string | null;
  readonly status: FeatureStatus;
}

/**
 * A record as of a moment. Expired from `eventTime + maxAge` on, the instant at which the store's own TTL hides it; stale
 * when older than the group's `freshFor`.
 */
export function statusOf(join: Join, record: ServedRecord | 'failed', asOfMs: number): FeatureStatus {
  if (record === 'failed') return 'failed';
  if (record.eventTime === undefined) return 'missing';
  const ageMs = asOfMs - record.eventTimeMs;
  if (asOfMs >= record.expiresAtMs || (join.maxAgeMs !== undefined && ageMs >= join.maxAgeMs)) return 'expired';
  return join.group.freshForMs !== undefined && ageMs > join.group.freshForMs ? 'stale' : 'fresh';
}

/** One feature of a record of the given status: a value that the record lacks is missing, one of another type has failed. */
export function answerFeature(record: ServedRecord | 'failed', status: FeatureStatus, feature: string): FeatureAnswer {
  const eventTime = record === 'failed' ? null : (record.eventTime ?? null);
  if (record === 'failed' || status === 'failed' || status === 'missing' || status === 'expired')
    return { value: null, eventTime, status };
  const value = record.values.get(feature);
  if (value === undefined) return { value: null, eventTime, status: record.values.has(feature) ? 'failed' : 'missing' };
  return { value, eventTime, status };
}
