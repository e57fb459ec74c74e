import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureReader, FeatureWriter, RecordRemover } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Tables } from '../ports/tables.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

export interface BackfillDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  readonly waiting: Waiting;
  readonly rawBucket: string;
  /** Bucket for what lies about while a backfill runs; its objects expire. */
  readonly workBucket: string;
}

export interface ComparisonDependencies extends BackfillDependencies {
  readonly tables: Tables;
  /** Glue database of our own tables. */
  readonly database: string;
  /** For how long a record may be on its way to the offline store. */
  readonly offlineDelayMs: number;
}

export interface BackfillWriteDependencies extends BackfillDependencies {
  readonly writer: FeatureWriter;
  readonly reader: FeatureReader;
  readonly remover: RecordRemover;
  readonly pace: WritePace;
}
