/**
 * One page of a listing. Keys come in UTF-8 byte order; keys that share everything up to the delimiter after the
 * prefix are rolled up into one entry. A page holds at most `maxEntries` keys and rolled-up prefixes together, and the
 * next one starts behind the last of them, skipping the whole of a rolled-up prefix without reading it.
 *
 * The same walk serves versions: `Position.belowId` says where to go on among the versions of one key.
 */
export interface Position {
  readonly key: string;
  /** Among rows of exactly this key, only those with a smaller id; 0 means none. */
  readonly belowId: number;
}

export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Entries at or before this are skipped. */
  readonly after: Position | undefined;
  readonly maxEntries: number;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly prefixes: string[];
  /** The last entry, key or prefix, when there is more behind it. */
  readonly next: Position | undefined;
}

/** Rows from `from` on, in order of key and then newest first, below `end` (undefined: no end), at most `limit`. */
export type RowSource<Row> = (from: Position, end: string | undefined, limit: number) => Row[];

const EVERY_ID = Number.MAX_SAFE_INTEGER;
const HIGHEST = 0x10ffff;

/** The least string greater than every string that starts with `prefix`, in code point (= UTF-8 byte) order. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === HIGHEST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** Compares in UTF-8 byte order; `<` on strings compares UTF-16 units, which differs beyond U+FFFF. */
export const compareKeys = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function rollUp(key: string, { prefix, delimiter }: PageRequest): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

export function listPage<Row extends { key: string; id: number }>(source: RowSource<Row>, request: PageRequest): Page<Row> {
  const end = endOfPrefix(request.prefix);
  const rows: Row[] = [];
  const prefixes: string[] = [];
  let last: Position | undefined;
  let from: Position | undefined = startOf(request);

  while (from !== undefined && request.maxEntries > 0) {
    const limit = request.maxEntries - rows.length - prefixes.length + 1;
    const batch = source(from, end, limit);
    from = undefined;
    for (const row of batch) {
      const rolled = rollUp(row.key, request);
      if (rolled !== undefined && rolled === prefixes.at(-1)) continue;
      if (rows.length + prefixes.length === request.maxEntries) return { rows, prefixes, next: last };
      if (rolled === undefined) rows.push(row);
      else prefixes.push(rolled);
      last = rolled === undefined ? { key: row.key, belowId: row.id } : { key: rolled, belowId: 0 };
    }
    const final = batch.at(-1);
    if (final !== undefined && batch.length === limit) from = behind(final, request);
  }
  return { rows, prefixes, next: undefined };
}

function startOf(request: PageRequest): Position | undefined {
  const { prefix, after } = request;
  if (after === undefined || compareKeys(after.key, prefix) < 0) return { key: prefix, belowId: EVERY_ID };
  const rolled = after.key.startsWith(prefix) ? rollUp(after.key, request) : undefined;
  return rolled === undefined ? after : fromEndOf(rolled);
}

function behind(row: { key: string; id: number }, request: PageRequest): Position | undefined {
  const rolled = rollUp(row.key, request);
  return rolled === undefined ? { key: row.key, belowId: row.id } : fromEndOf(rolled);
}

function fromEndOf(prefix: string): Position | undefined {
  const key = endOfPrefix(prefix);
  return key === undefined ? undefined : { key, belowId: EVERY_ID };
}
