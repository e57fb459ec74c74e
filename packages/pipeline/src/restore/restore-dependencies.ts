import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureReader, FeatureWriter, OnlineEraser } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

export interface RestoreDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  readonly snapshotBucket: string;
  readonly waiting: Waiting;
}

export interface RestorePartDependencies extends Pick<RestoreDependencies, 'objects' | 'ledger' | 'snapshotBucket' | 'waiting'> {
  readonly writer: FeatureWriter;
  readonly reader: FeatureReader;
  readonly eraser: OnlineEraser;
  readonly pace: WritePace;
}
