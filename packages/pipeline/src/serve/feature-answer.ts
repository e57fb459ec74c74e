import type { FeatureValue, Join } from '@tidemark/domain';
import type { ServedRecord } from './record-cache.ts';

export type FeatureStatus = 'fresh' | 'stale' | 'expired' | 'missing' | 'failed';

export interface FeatureAnswer {
  readonly value: FeatureValue | null;
  readonly eventTime: string | null;
  readonly status: FeatureStatus;
}

const FAILED: FeatureAnswer = { value: null, eventTime: null, status: 'failed' };
const MISSING: FeatureAnswer = { value: null, eventTime: null, status: 'missing' };

/**
 * One feature of one record as of a moment. Expired from `eventTime + maxAge` on, the instant at which the store's own
 * TTL hides it; stale when older than the group's `freshFor`.
 */
export function answerFeature(join: Join, record: ServedRecord | 'failed', feature: string, asOfMs: number): FeatureAnswer {
  if (record === 'failed') return FAILED;
  const { eventTime, eventTimeMs } = record;
  if (eventTime === undefined) return MISSING;
  const ageMs = asOfMs - eventTimeMs;
  if (asOfMs >= record.expiresAtMs || (join.maxAgeMs !== undefined && ageMs >= join.maxAgeMs)) return { value: null, eventTime, status: 'expired' };
  const value = record.values.get(feature);
  if (value === undefined) return { value: null, eventTime, status: record.values.has(feature) ? 'failed' : 'missing' };
  return { value, eventTime, status: join.group.freshForMs !== undefined && ageMs > join.group.freshForMs ? 'stale' : 'fresh' };
}
