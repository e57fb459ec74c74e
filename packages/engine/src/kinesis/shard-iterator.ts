import { crc32 } from 'node:zlib';
import type { EngineClock } from '../time/engine-clock.ts';
import { AwsError } from '../wire/aws-error.ts';

/** Where a reader stands: the ordinal of the next record that it has not seen. */
export interface IteratorPosition {
  readonly streamId: number;
  readonly shardIndex: number;
  readonly ordinal: number;
}

const LIFE_MS = 5 * 60_000;

export function printIterator(position: IteratorPosition, clock: EngineClock): string {
  const text = `${position.streamId}:${position.shardIndex}:${position.ordinal}:${Math.floor(clock.nowMs())}`;
  return Buffer.from(`${text}:${crc32(text)}`).toString('base64');
}

/** @throws AwsError for what is no iterator, or one older than five minutes. */
export function parseIterator(text: string, clock: EngineClock): IteratorPosition {
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  const cut = decoded.lastIndexOf(':');
  const [streamId, shardIndex, ordinal, issuedMs] = decoded.slice(0, cut).split(':').map(Number);
  if (cut < 0 || String(crc32(decoded.slice(0, cut))) !== decoded.slice(cut + 1) || issuedMs === undefined) {
    throw new AwsError('InvalidArgumentException', 'Invalid ShardIterator.');
  }
  if (clock.nowMs() - issuedMs > LIFE_MS) {
    throw new AwsError(
      'ExpiredIteratorException',
      'Iterator expired. The iterator was created more than 5 minutes ago: get a new one with GetShardIterator.',
    );
  }
  return { streamId, shardIndex, ordinal } as IteratorPosition;
}
