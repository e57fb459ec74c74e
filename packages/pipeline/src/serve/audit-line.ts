/** What a read leaves behind: who asked for what, without a value and without a key. */
import { createHmac } from 'node:crypto';
import type { FeatureStatus } from './feature-answer.ts';

export interface AuditKey {
  /** Names the secret, so that it can be rotated. */
  readonly id: string;
  readonly secret: string;
}

export interface AuditLine {
  readonly kind: 'feature-read';
  readonly requestId: string;
  readonly caller: string;
  readonly view: string;
  /** Hash of the names that were asked for. */
  readonly featureSet: string;
  readonly rows: number;
  readonly keyId: string;
  /** HMAC-SHA-256 of each entity key, base64url. */
  readonly entities: readonly string[];
  readonly statuses: Readonly<Partial<Record<FeatureStatus, number>>>;
  readonly cacheHits: number;
  readonly reads: number;
}

const KEPT_MS = 60_000;
const MOST_KEPT = 50_000;

/**
 * Entity key → its HMAC in audit lines. Those of the last minute are kept: an HMAC costs as much as the rest of a feature
 * row. Keys stay in memory no longer than records do.
 */
export function createAuditKeys({ secret }: AuditKey): (entityKey: string, nowMs: number) => string {
  let kept = new Map<string, string>();
  let sinceMs = 0;
  return (entityKey, nowMs) => {
    if (nowMs - sinceMs >= KEPT_MS || kept.size >= MOST_KEPT) {
      kept = new Map();
      sinceMs = nowMs;
    }
    let printed = kept.get(entityKey);
    if (printed === undefined) {
      printed = createHmac('sha256', secret).update(entityKey).digest('base64url').slice(0, 22);
      kept.set(entityKey, printed);
    }
    return printed;
  };
}
