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

export const auditKeyOf = (key: AuditKey, entityKey: string): string =>
  createHmac('sha256', key.secret).update(entityKey).digest('base64url').slice(0, 22);
