/**
 * The content hash of a data set: the sum modulo 2^256 of SHA-256(ordinal, row) over all rows.
 *
 * Each term holds the row's ordinal, so two rows that change places change the sum; and a sum can be taken range by
 * range in any order, so the hash is the same however many files the rows lie in.
 */
import { hash } from 'node:crypto';

const MODULUS = 1n << 256n;

export interface ContentHash {
  add(ordinal: number | bigint, cells: readonly unknown[]): void;
  /** 64 hex digits. */
  digest(): string;
}

/** One row as text: JSON of its cells, with bigints and dates written as tagged text so that types never meet. */
export function canonicalRow(cells: readonly unknown[]): string {
  return JSON.stringify(
    cells.map((cell) => {
      if (cell === undefined) return null;
      if (typeof cell === 'bigint') return { int: cell.toString() };
      if (cell instanceof Date) return { time: cell.toISOString() };
      return cell;
    }),
  );
}

export function createContentHash(): ContentHash {
  let sum = 0n;
  return {
    add(ordinal, cells) {
      sum = (sum + BigInt(`0x${hash('sha256', `${ordinal}\n${canonicalRow(cells)}`, 'hex')}`)) % MODULUS;
    },
    digest: () => sum.toString(16).padStart(64, '0'),
  };
}

/** The hash of the whole from the hashes of its ranges. */
export const addContentHashes = (digests: readonly string[]): string =>
  (digests.reduce((sum, digest) => sum + BigInt(`0x${digest}`), 0n) % MODULUS).toString(16).padStart(64, '0');
