import type { HashRange } from './hash-range.ts';
import type { ShardLog } from './log/shard-log.ts';
import { printSequenceNumber } from './sequence-number.ts';

export interface Shard {
  readonly index: number;
  readonly range: HashRange;
  /** Engine time, but always after its parents'. */
  readonly epochMs: number;
  /** Indexes of the one or two shards that it came from. */
  readonly parents: readonly number[];
  /** Since when it takes no more records. */
  closedMs: number | undefined;
  readonly log: ShardLog;
}

export const shardIdOf = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

/** Also takes the short form that the service takes, `shard-0`. */
export function shardIndexOf(shardId: string): number | undefined {
  const [, digits] = /^(?:shardId|shard)-(\d{1,12})$/.exec(shardId) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export const sequenceNumberOf = (shard: Shard, ordinal: number): string =>
  printSequenceNumber({ shardEpochMs: shard.epochMs, ordinal, shardIndex: shard.index });
