/** What a batch of a stream is while it is received. */
import type { Definitions, Refusal, StreamSource } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureReader, FeatureWriter } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

export interface StreamDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  readonly reader: FeatureReader;
  readonly writer: FeatureWriter;
  readonly pace: WritePace;
  readonly waiting: Waiting;
}

export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** The approximate arrival timestamp, in milliseconds. */
  readonly arrivedMs: number;
}

/** Records of one shard, in its order. */
export interface StreamBatch {
  /** Physical name. */
  readonly streamName: string;
  readonly shardId: string;
  readonly records: readonly StreamRecord[];
}

/** An event on its way into the group of one source. `at` is its record's place in the batch. */
export interface RoutedEvent {
  readonly at: number;
  readonly record: StreamRecord;
  readonly source: StreamSource;
  /** What the mapping returned. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What became of a record, by source; without one where it did not get that far. */
export interface Verdict {
  readonly at: number;
  readonly source: StreamSource | undefined;
  readonly outcome: 'accepted' | 'duplicate' | 'ignored' | Refusal;
}

/** Records that must come again, and why. */
export interface Fault {
  readonly at: readonly number[];
  readonly reason: string;
}
