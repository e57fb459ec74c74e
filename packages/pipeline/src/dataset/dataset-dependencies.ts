import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Tables } from '../ports/tables.ts';

export interface DatasetDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly tables: Tables;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  /** Bucket for what lies about while a data set is built; its objects expire. */
  readonly workBucket: string;
  readonly datasetBucket: string;
  /** Glue database of our own tables. */
  readonly database: string;
}
