/**
 * The fields of one line of JSON.
 *
 * `JSON.parse` alone would round integers beyond 2^53 without a word, so lines with 16 digits in a row, few as they
 * are, are parsed again with a reviver that sees the source text and keeps such integers as bigint. A line that does not
 * parse is looked at once more for the bare NaN and Infinity that Python's json module writes by default.
 */
import { refuse } from '@tidemark/domain';
import type { RowContent } from './raw-row.ts';

const MANY_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b|[{}[\]:]/g;

/** One line → the object in it, or ROW_NOT_JSON, or ROW_NOT_A_NUMBER naming the field. Messages never hold any of the text. */
export function parseJsonRow(text: string): RowContent {
  let value: unknown;
  try {
    value = MANY_DIGITS.test(text) ? JSON.parse(text, keepBigIntegers) : JSON.parse(text);
  } catch {
    const field = nonFiniteField(text);
    if (field === undefined) return { refusal: refuse('ROW_NOT_JSON', 'the line is not JSON') };
    return { refusal: refuse('ROW_NOT_A_NUMBER', `${field} is NaN or infinite; leave it out where there is no value`, field) };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { fields: value as Record<string, unknown> };
  return { refusal: refuse('ROW_NOT_JSON', 'the line is JSON, but not an object') };
}

// TypeScript 6's library does not know the third argument yet (ECMAScript proposal json-parse-with-source, in V8 since 11.4).
function keepBigIntegers(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}

/** The top-level field that holds a bare NaN or Infinity, if that is all that keeps the line from being JSON. */
function nonFiniteField(text: string): string | undefined {
  let depth = 0;
  let lastString = '""';
  let key = '""';
  let found: string | undefined;
  const mended = text.replace(TOKEN, (token) => {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) key = lastString;
    else if (token.startsWith('"')) lastString = token;
    else if (token !== ':') {
      found ??= key;
      return 'null';
    }
    return token;
  });
  try {
    JSON.parse(mended);
    return found === undefined ? undefined : (JSON.parse(found) as string);
  } catch {
    return undefined;
  }
}
