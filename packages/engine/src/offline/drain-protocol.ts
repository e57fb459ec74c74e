import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';
import type { OfflineLayout } from './offline-path.ts';

/** One flush: the entries of one lane of one group between two sequence numbers, written down before its first file. */
export interface Flush {
  readonly id: number;
  readonly groupId: number;
  readonly lane: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The `write_time` of its rows, also when it is done again. */
  readonly writeMs: number;
}

/** Main thread to drain thread. */
export type DrainRequest =
  | {
      readonly kind: 'flush';
      readonly flush: Flush;
      readonly definitions: readonly FeatureDefinition[];
      readonly layout: OfflineLayout;
      readonly duplicateShare: number;
    }
  /** One file has been taken over: another may be written. */
  | { readonly kind: 'taken' };

/** Drain thread to main thread. Keys are relative to the group's offline path. */
export type DrainAnswer =
  | { readonly kind: 'file'; readonly key: string; readonly file: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly errorName: string };
