import { hash } from 'node:crypto';

/** A stretch of the 128-bit key space, both ends included. */
export interface HashRange {
  readonly start: bigint;
  readonly end: bigint;
}

const KEY_SPACE = 2n ** 128n;
const DECIMAL = /^(0|[1-9]\d{0,38})$/;

export const hashKeyOf = (partitionKey: string): bigint => BigInt(`0x${hash('md5', partitionKey, 'hex')}`);

/** Undefined for what is no hash key. */
export function parseHashKey(text: string): bigint | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const key = BigInt(text);
  return key < KEY_SPACE ? key : undefined;
}

/** The key space in equal parts; the last takes what division leaves. */
export function evenRanges(count: number): HashRange[] {
  const width = KEY_SPACE / BigInt(count);
  return Array.from({ length: count }, (_, at) => ({
    start: width * BigInt(at),
    end: at === count - 1 ? KEY_SPACE - 1n : width * BigInt(at + 1) - 1n,
  }));
}
