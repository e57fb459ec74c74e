import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface SnapshotDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  /** Bucket for what lies about while a snapshot is taken; its objects expire. */
  readonly workBucket: string;
  readonly snapshotBucket: string;
}
