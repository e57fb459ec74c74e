/**
 * Records that were read, for as long as their view allows them to be stale. Bounded: the least recently put go first.
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

const MOST_RECORDS = 50_000;

export class RecordCache {
  readonly #records = new Map<string, { readonly record: ServedRecord; readonly readAtMs: number }>();

  /** The record, unless it was read `maxStalenessMs` ago or longer. */
  get(id: string, nowMs: number, maxStalenessMs: number): ServedRecord | undefined {
    const held = this.#records.get(id);
    return held !== undefined && nowMs - held.readAtMs < maxStalenessMs ? held.record : undefined;
  }

  put(id: string, record: ServedRecord, readAtMs: number): void {
    this.#records.delete(id);
    this.#records.set(id, { record, readAtMs });
    if (this.#records.size > MOST_RECORDS) this.#records.delete(this.#records.keys().next().value as string);
  }
}
