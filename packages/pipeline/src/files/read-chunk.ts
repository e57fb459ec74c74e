/** The rows of a chunk, as the planner cut it. A damaged row is a refusal in its place; the rows after it are read. */
import { isAscii, isUtf8 } from 'node:buffer';
import { refuse } from '@tidemark/domain';
import { parseCsvRow } from './csv-row.ts';
import { parseJsonRow } from './json-row.ts';
import { openParquet, type RandomAccess, withinGroups } from './parquet-file.ts';
import { UNDECODABLE } from './parquet-values.ts';
import type { RawRow, RowContent } from './raw-row.ts';
import { RowScanner } from './row-scanner.ts';

export type { RawRow } from './raw-row.ts';

const LF = 10;
const CR = 13;

export interface TextChunkOptions {
  readonly format: 'csv' | 'jsonl';
  /** CSV: the columns in their order. */
  readonly header?: readonly string[] | undefined;
  /** Of the chunk, as the plan says. */
  readonly firstRow: number;
  readonly firstLine: number;
}

/**
 * Bytes of a chunk → its rows in order, blank lines skipped. Row-level refusals: ROW_UNDECODABLE, ROW_NOT_CSV,
 * ROW_TOO_FEW_COLUMNS, ROW_UNKNOWN_COLUMN (more fields than the header), ROW_NOT_JSON, ROW_NOT_A_NUMBER.
 */
export function* readTextChunk(bytes: Uint8Array, options: TextChunkOptions): Iterable<RawRow> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textOf = textReader(buffer);
  const parse = options.format === 'csv' ? csvParser(options.header ?? []) : parseJsonRow;
  const scanner = new RowScanner(options.format, options.firstLine);
  let row = options.firstRow;
  for (let at = 0; at < buffer.length; ) {
    const line = scanner.line;
    const next = scanner.next(buffer, at);
    const end = next === -1 ? buffer.length : next;
    if (next === -1 ? scanner.openRow : !scanner.blank) {
      const byteEnd = trimmedEnd(buffer, end);
      const text = textOf(at, byteEnd);
      const content = text === undefined ? NOT_UTF8 : parse(text);
      yield 'fields' in content
        ? { row, line, byteStart: at, byteEnd, fields: content.fields }
        : { row, line, byteStart: at, byteEnd, refusal: content.refusal };
      row++;
    }
    at = end;
  }
}

const NOT_UTF8: RowContent = { refusal: refuse('ROW_UNDECODABLE', 'the bytes of the row are not UTF-8') };

/** Position ranges → text, undefined where the bytes are not UTF-8. One look at the whole decides how much care each row needs. */
function textReader(buffer: Buffer): (start: number, end: number) => string | undefined {
  if (isAscii(buffer)) {
    const text = buffer.toString('latin1');
    return (start, end) => text.slice(start, end);
  }
  if (isUtf8(buffer)) return (start, end) => buffer.toString('utf8', start, end);
  return (start, end) => (isUtf8(buffer.subarray(start, end)) ? buffer.toString('utf8', start, end) : undefined);
}

/** Where a row that is not blank ends without its LF or CRLF. */
function trimmedEnd(buffer: Buffer, end: number): number {
  const withoutLf = buffer[end - 1] === LF ? end - 1 : end;
  return buffer[withoutLf - 1] === CR ? withoutLf - 1 : withoutLf;
}

function csvParser(header: readonly string[]): (text: string) => RowContent {
  return (text) => {
    const values = parseCsvRow(text);
    if (values === undefined) return { refusal: refuse('ROW_NOT_CSV', 'the quotes of the row do not follow RFC 4180') };
    if (values.length !== header.length) return { refusal: wrongWidth(values.length, header) };
    const fields: Record<string, string> = {};
    for (let at = 0; at < values.length; at++) fields[header[at] as string] = values[at] as string;
    return { fields };
  };
}

function wrongWidth(found: number, header: readonly string[]) {
  const counts = `the row has ${found} fields, the header names ${header.length}`;
  return found < header.length ? refuse('ROW_TOO_FEW_COLUMNS', counts, header[found]) : refuse('ROW_UNKNOWN_COLUMN', counts);
}

/**
 * Rows `[start, end)` of the file in order, one array for each row group that they touch. Values: text, number, bigint
 * (64-bit integers), boolean, arrays, null; timestamps as Date, or as ISO-8601 text where they are finer than milliseconds. Row-level refusal: ROW_UNDECODABLE.
 * @throws FILE_TRUNCATED for damaged pages, which the footer alone does not show; what `slice` throws passes as it is.
 */
export async function* readParquetChunk(
  file: RandomAccess,
  range: { readonly start: number; readonly end: number },
): AsyncIterable<RawRow[]> {
  const opened = await openParquet(file);
  for (const { start, end } of withinGroups(opened, range)) {
    const columns = [...(await opened.read(start, end))];
    yield Array.from({ length: end - start }, (_, at) => rowOf(columns, at, start + at));
  }
}

function rowOf(columns: readonly (readonly [name: string, values: readonly unknown[]])[], at: number, row: number): RawRow {
  const fields: Record<string, unknown> = {};
  for (const [name, values] of columns) {
    const value = values[at];
    if (value === UNDECODABLE) {
      return {
        row,
        line: 0,
        byteStart: 0,
        byteEnd: 0,
        refusal: refuse('ROW_UNDECODABLE', `the bytes of ${name} are not UTF-8`, name),
      };
    }
    fields[name] = value;
  }
  return { row, line: 0, byteStart: 0, byteEnd: 0, fields };
}
