import type { FeatureCompleteness } from './completeness.ts';
import type { Verdict } from './judge-entity.ts';

/** What comparing the entities of one group comes to. */
export interface JudgedGroup {
  /** By entity key. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Hours of event time of which the history has fewer rows than receipts say. */
  readonly lostHoursMs: readonly number[];
  /** Entities that the online store did not give. */
  readonly unread: number;
  /** Whether every entity of the window was compared. */
  readonly isWhole: boolean;
  /** Undefined for windows, which have a value or none by what happened. */
  readonly completeness: FeatureCompleteness | undefined;
}
