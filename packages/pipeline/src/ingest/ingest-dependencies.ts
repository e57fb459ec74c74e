import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureWriter } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';

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

export interface WritePace {
  /** Records a second that this instance may write: the group's rate divided by the reserved concurrency. */
  readonly recordsPerSecond: number;
  /** Write calls under way at once in one instance. */
  readonly callsInFlight: number;
}
