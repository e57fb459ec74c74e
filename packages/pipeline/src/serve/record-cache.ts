/**
 * Records of one group that were read, by entity key, for as long as their view allows them to be stale. Bounded: the
 * least recently put go first.
 * Holds records, never answers: statuses are worked out anew for each request.
 */
import type { ServedRecord } from './served-record.ts';

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
