/**
 * The content of a group, hashed so that neither the number of files nor the order of rows can be seen in it.
 *
 *   order  → rows by the MD5 of their entity key, in hex
 *   cell   → the rows whose MD5 begins with the same two digits; its digest is the content hash of its rows (dataset/content-hash.ts)
 *   group  → SHA-256 of a line `cell digest\n` for each cell that has rows, in order
 *
 * A part of a snapshot holds whole cells, so each is hashed where it is read.
 */
import { createHash, hash } from 'node:crypto';
import { contentHashOf, type HashedColumn, hashBlocks } from '../dataset/content-hash.ts';

const CELL_DIGITS = 2;

/** `keys in any order → positions in the order of the hash`, and which cell each of those is in. */
export function orderRows(keys: readonly string[]): { readonly order: Uint32Array; readonly cells: readonly string[] } {
  const digests = keys.map((key) => hash('md5', key));
  const order = Uint32Array.from(keys.keys()).sort((a, b) => compare(digests[a] as string, digests[b] as string));
  return { order, cells: Array.from(order, (row) => (digests[row] as string).slice(0, CELL_DIGITS)) };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Columns in the order of {@link orderRows} → the digest of each cell that has rows. */
export function digestCells(columns: readonly HashedColumn[], cells: readonly string[]): Record<string, string> {
  const digests: Record<string, string> = {};
  for (let start = 0, end = 0; start < cells.length; start = end) {
    const cell = cells[start] as string;
    while (end < cells.length && cells[end] === cell) end++;
    digests[cell] = contentHashOf(hashBlocks(columns.map((column) => ({ ...column, cells: column.cells.slice(start, end) }))));
  }
  return digests;
}

/** The hash of a group from the cells of all its parts: 64 hex digits. */
export function groupHashOf(digests: Readonly<Record<string, string>>): string {
  const whole = createHash('sha256');
  for (const cell of Object.keys(digests).sort()) whole.update(`${cell} ${digests[cell]}\n`);
  return whole.digest('hex');
}
