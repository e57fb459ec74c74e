import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureReader, FeatureWriter } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

export interface RebuildDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  /** Its objects expire. */
  readonly workBucket: string;
  readonly waiting: Waiting;
}

export interface RebuildBucketDependencies extends RebuildDependencies {
  readonly reader: FeatureReader;
  readonly writer: FeatureWriter;
  readonly pace: WritePace;
}
