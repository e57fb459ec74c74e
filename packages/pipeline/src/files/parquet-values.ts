/**
 * Parquet's values, exact, and with a mark where text is not text.
 *
 * hyparquet's own conversions cut timestamps to milliseconds, multiply decimals in floating point and mend invalid UTF-8
 * silently (1.31.5, `src/convert.js`). So here a timestamp is a Date where a Date can hold it and ISO text where it is
 * finer; decimals are read unscaled and divided; text that is not UTF-8 becomes UNDECODABLE. A timestamp without time
 * zone is read as UTC, a date as its midnight.
 */
import { isUtf8 } from 'node:buffer';
import type { ParquetParsers } from 'hyparquet';
import { dateOfMs, momentOf } from './iso-text.ts';

export const UNDECODABLE: unique symbol = Symbol('bytes that are not UTF-8');

/** The double nearest to unscaled × 10^−scale; a bigint where the scale is 0. */
export function decimalOf(unscaled: unknown, scale: number): unknown {
  if (unscaled === null) return null;
  const whole = unscaled instanceof Uint8Array ? bigEndian(unscaled) : BigInt(unscaled as number | bigint);
  return scale === 0 ? whole : Number(`${whole}e-${scale}`);
}

const bigEndian = (bytes: Uint8Array) =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

const textOf = (bytes: Uint8Array | undefined) =>
  bytes && (isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : UNDECODABLE);

// A moment outside the years 0 to 9999 stays a number, which no column takes.
export const exactParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => dateOfMs(Number(ms)) ?? ms,
  timestampFromMicroseconds: (us) => momentOf(us, 1_000n, 3) ?? us,
  timestampFromNanoseconds: (ns) => momentOf(ns, 1_000_000n, 6) ?? ns,
  dateFromDays: (days) => dateOfMs(days * 86_400_000) ?? days,
  stringFromBytes: textOf,
  jsonFromBytes: textOf,
};
