import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureWriter } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

export interface IngestDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  readonly waiting: Waiting;
}

export interface ChunkDependencies extends IngestDependencies {
  readonly writer: FeatureWriter;
  readonly pace: WritePace;
}
