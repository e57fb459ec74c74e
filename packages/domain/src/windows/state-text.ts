/**
 * The alphabet of a window state's text: tokens that end in a space, whole numbers in base 36, `-` for nothing, and texts as
 * their length and themselves, so that nothing is escaped and the size of a text is known beforehand.
 */
import { TidemarkError } from '../errors.ts';

export interface StateWriter {
  token(text: string): void;
  integer(value: number | bigint | null): void;
  text(value: string): void;
  /** Exactly these characters, whose number the reader knows. */
  raw(value: string): void;
  print(): string;
}

export interface StateReader {
  token(): string;
  integer(): number;
  integerOrNull(): number | null;
  bigint(): bigint;
  text(): string;
  raw(length: number): string;
  isAtEnd(): boolean;
}

const NOTHING = '-';

export function createStateWriter(): StateWriter {
  const parts: string[] = [];
  return {
    token: (text) => void parts.push(text, ' '),
    integer: (value) => void parts.push(value === null ? NOTHING : value.toString(36), ' '),
    text: (value) => void parts.push(value.length.toString(36), ' ', value),
    raw: (value) => void parts.push(value),
    print: () => parts.join(''),
  };
}

/** @throws WINDOW_STATE_UNREADABLE where the text is not of the expected form. */
export function createStateReader(text: string): StateReader {
  let at = 0;
  const raw = (length: number) => {
    if (at + length > text.length) throw unreadable();
    at += length;
    return text.slice(at - length, at);
  };
  const token = () => {
    const end = text.indexOf(' ', at);
    if (end < 0) throw unreadable();
    const read = text.slice(at, end);
    at = end + 1;
    return read;
  };
  const integer = () => toInteger(token());
  return {
    token,
    integer,
    integerOrNull: () => {
      const read = token();
      return read === NOTHING ? null : toInteger(read);
    },
    bigint: () => toBigint(token()),
    text: () => raw(integer()),
    raw,
    isAtEnd: () => at === text.length,
  };
}

export const unreadable = (): TidemarkError =>
  new TidemarkError(
    'WINDOW_STATE_UNREADABLE',
    'the state of a window is not of the form that is written: rebuild it from the event history',
  );

const INTEGER = /^-?[0-9a-z]+$/;
/** As many digits of base 36 as a double holds exactly. */
const DIGITS = 10;

function toInteger(token: string): number {
  const value = INTEGER.test(token) ? Number.parseInt(token, 36) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw unreadable();
  return value;
}

function toBigint(token: string): bigint {
  if (!INTEGER.test(token)) throw unreadable();
  const negative = token.startsWith('-');
  let value = 0n;
  for (let from = negative ? 1 : 0; from < token.length; from += DIGITS) {
    const chunk = token.slice(from, from + DIGITS);
    value = value * 36n ** BigInt(chunk.length) + BigInt(Number.parseInt(chunk, 36));
  }
  return negative ? -value : value;
}

/** The greatest number of bytes that a whole number of at most this magnitude takes, its sign and its end included. */
export const integerBytes = (greatest: number | bigint): number => greatest.toString(36).length + 2;
/** The same for a text of at most this many bytes. */
export const textBytes = (greatest: number): number => integerBytes(greatest) + greatest;
