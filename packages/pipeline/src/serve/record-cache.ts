/**
 * Records of one group that were read, by entity key, for as long as their view allows them to be stale. Bounded: the
 * least recently put go first.
 * Holds records, never answers: statuses are worked out anew for each request.
 */
import type { FeatureValue } from '@tidemark/domain';
import type { JoinAnswer } from './join-answer.ts';

export interface ServedRecord {
  /** undefined when the store has no record: that is remembered as well. */
  readonly eventTime: string | undefined;
  readonly eventTimeMs: number;
  readonly expiresAtMs: number;
  /** Feature of the group → typed value; undefined when the store's text is not of the declared type. */
  readonly values: ReadonlyMap<string, FeatureValue | undefined>;
  /** What has been printed of it, see join-answer.ts. */
  readonly answers: (JoinAnswer | undefined)[];
}

export class RecordCache {
  readonly #records = new Map<string, { readonly record: ServedRecord; readonly readAtMs: number }>();
  readonly #mostRecords: number;

  constructor(mostRecords: number) {
    this.#mostRecords = mostRecords;
  }

  /** The record, unless it was read `maxStalenessMs` ago or longer. */
  get(entityKey: string, nowMs: number, maxStalenessMs: number): ServedRecord | undefined {
    const held = this.#records.get(entityKey);
    return held !== undefined && nowMs - held.readAtMs < maxStalenessMs ? held.record : undefined;
  }

  put(entityKey: string, record: ServedRecord, readAtMs: number): void {
    this.#records.delete(entityKey);
    this.#records.set(entityKey, { record, readAtMs });
    if (this.#records.size > this.#mostRecords) this.#records.delete(this.#records.keys().next().value as string);
  }
}
