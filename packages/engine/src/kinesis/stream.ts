import { hashKeyOf } from './hash-range.ts';
import type { LogRecord } from './log/frame.ts';
import type { Shard } from './shard.ts';

export interface Stream {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  retentionHours: number;
  goneBeforeMs: number;
  encryptionKeyId: string | undefined;
  tags: Record<string, string>;
  /** In the order of their index; a closed one goes when all its records are gone. */
  shards: Shard[];
}

const HOUR_MS = 3_600_000;

export const isOpen = (shard: Shard): boolean => shard.closedMs === undefined;

export const openShards = ({ shards }: Stream): Shard[] => shards.filter(isOpen);

export const retentionMsOf = ({ retentionHours }: Stream): number => retentionHours * HOUR_MS;

/** What was stored before this is no longer there. */
export const horizonMs = (stream: Stream, nowMs: number): number =>
  Math.max(stream.goneBeforeMs, nowMs - retentionMsOf(stream) + 1);

/** The open shard that takes a record; the open shards cover the key space without overlap. */
export function shardFor(stream: Stream, partitionKey: string, explicitHashKey?: bigint): Shard {
  const key = explicitHashKey ?? hashKeyOf(partitionKey);
  return stream.shards.find((shard) => isOpen(shard) && shard.range.start <= key && key <= shard.range.end) as Shard;
}

/** The oldest record that a reader may still see. */
export const oldestOrdinal = (stream: Stream, shard: Shard, nowMs: number): number =>
  Math.max(shard.log.first(), shard.log.ordinalAt(horizonMs(stream, nowMs)));

export interface ShardPage {
  readonly records: readonly (LogRecord & { readonly ordinal: number })[];
  /** Where to go on. */
  readonly next: number;
  /** Closed, and nothing comes after `next`. */
  readonly isAtEnd: boolean;
  /** Since when the last record of the page has been stored; 0 when nothing comes after it. */
  readonly behindMs: number;
}

/** Always at least one record, however large, when there is one. */
export function readShard(
  stream: Stream,
  shard: Shard,
  from: number,
  limits: { readonly records: number; readonly bytes: number; readonly nowMs: number },
): ShardPage {
  const { log } = shard;
  const horizon = horizonMs(stream, limits.nowMs);
  const records: (LogRecord & { ordinal: number })[] = [];
  let sizeBytes = 0;
  let next = Math.max(from, log.first());
  let isTooOld = false;
  const collect = (record: LogRecord, ordinal: number) => {
    // Records are stored in the order of their times: the first one tells whether any is beyond the horizon.
    isTooOld = records.length === 0 && record.storedMs < horizon;
    if (isTooOld) return false;
    sizeBytes += record.data.length + Buffer.byteLength(record.partitionKey);
    if (records.length > 0 && sizeBytes > limits.bytes) return false;
    records.push({ ...record, ordinal });
    next = ordinal + 1;
    return records.length < limits.records;
  };
  log.visit(next, collect);
  if (isTooOld) {
    next = oldestOrdinal(stream, shard, limits.nowMs);
    log.visit(next, collect);
  }
  const isLast = next >= log.end();
  return {
    records,
    next,
    isAtEnd: isLast && !isOpen(shard) && !log.isWriting(),
    behindMs: isLast ? 0 : Math.max(0, limits.nowMs - (records.at(-1)?.storedMs ?? limits.nowMs)),
  };
}
