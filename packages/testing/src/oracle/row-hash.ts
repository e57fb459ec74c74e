/**
 * The canonical row hash, the last resort between rows that agree in key and all times: the first 60 bits of the MD5 of
 *
 *   deleted "," value "," value …   in the order of the features' names, each once per selection, where
 *
 * a whole number is its digits, a double the hex of its IEEE 754 bits, text its number of code points, a colon and itself,
 * and NULL nothing at all.
 */
import { createHash } from 'node:crypto';
import type { HistoryRow, StoredValue } from './point-in-time.ts';

export function rowHash(row: Pick<HistoryRow, 'deleted' | 'values'>, select: readonly string[]): bigint {
  const values = [...select].sort().map((name) => valueText(row.values[name] ?? null));
  const canonical = [String(row.deleted === true), ...values].join(',');
  return BigInt(`0x${createHash('md5').update(canonical, 'utf8').digest('hex').slice(0, 15)}`);
}

function valueText(value: StoredValue): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return `${[...value].length}:${value}`;
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return bits.toString('hex').toUpperCase();
}
