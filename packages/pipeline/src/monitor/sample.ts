/**
 * Which entities a run looks at: those of the smallest hash over the run's name and their key. The query and this code make
 * the same hash, so an entity that only the online store knows is in the sample or not just as one that the history knows.
 */
import { sampleHashOf } from '@tidemark/sql';

export interface Sample {
  /** Whether an entity would be among the sampled ones if the history knew it. */
  has(entityKey: string): boolean;
  /** Whether every entity is. */
  readonly isWhole: boolean;
}

/** The sample that the query drew: `hashes` of the entities it found, at most `entities` of them. */
export function sampleOf(seed: string, hashes: ReadonlySet<bigint>, entities: number): Sample {
  if (hashes.size < entities) return { has: () => true, isWhole: true };
  const greatest = [...hashes].reduce((most, one) => (one > most ? one : most), 0n);
  return { has: (entityKey) => sampleHashOf(seed, entityKey) <= greatest, isWhole: false };
}
