import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, endOfPrefix, listPage, type PageRequest, type Position, type RowSource } from './listing.ts';

interface Row {
  readonly key: string;
  readonly id: number;
}

/** Few signs, so that prefixes and delimiters meet; some sort differently as UTF-16 and as UTF-8. */
const sign = fc.constantFrom('a', 'b', '/', '/', '-', 'ü', '\uffee', '😀', '\u{10ffff}', '\ud7ff', '\ue000');
const word = (maxLength: number) => fc.array(sign, { maxLength }).map((signs) => signs.join(''));
const keys = fc.uniqueArray(
  word(6).filter((text) => text !== ''),
  { maxLength: 40 },
);

/** The rows as an index hands them out, from a sorted array. */
const sourceOf =
  (rows: readonly Row[]): RowSource<Row> =>
  (from, end, limit) =>
    rows
      .filter(({ key, id }) => compareKeys(key, from.key) > 0 || (key === from.key && id < from.belowId))
      .filter(({ key }) => end === undefined || compareKeys(key, end) < 0)
      .slice(0, limit);

const byKeyNewestFirst = (a: Row, b: Row) => compareKeys(a.key, b.key) || b.id - a.id;

/** What a listing is, said without pages: the entries with the prefix, rolled up, in order, behind the marker. */
function model(rows: readonly Row[], prefix: string, delimiter: string, after: string): string[] {
  const entries: string[] = [];
  for (const { key } of rows.filter((row) => row.key.startsWith(prefix))) {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = at < 0 ? key : `${key.slice(0, at + delimiter.length)} (prefix)`;
    if (at < 0 || entries.at(-1) !== entry) entries.push(entry);
  }
  return entries.filter((entry) => compareKeys(entry.replace(/ \(prefix\)$/, ''), after) > 0 || after === '');
}

function walk(rows: readonly Row[], request: Omit<PageRequest, 'after'>, after: string, keepIds: boolean): string[] {
  const entries: string[] = [];
  let position: Position | undefined = after === '' ? undefined : { key: after, belowId: 0 };
  for (;;) {
    const page = listPage(sourceOf(rows), { ...request, after: position });
    const count = page.rows.length + page.prefixes.length;
    const names = [...page.rows.map((row) => row.key), ...page.prefixes.map((prefix) => `${prefix} (prefix)`)];
    entries.push(...names.sort((a, b) => compareKeys(a.replace(/ \(prefix\)$/, ''), b.replace(/ \(prefix\)$/, ''))));
    if (page.next === undefined) return entries;
    // A page that says there is more must be full, or a client could walk for ever.
    expect(count).toBe(request.maxEntries);
    position = keepIds ? page.next : { key: page.next.key, belowId: 0 };
  }
}

const delimiters = fc.constantFrom('', '/', '-', 'a/', 'ü');

test('pages of any size put together are the whole listing', () => {
  fc.assert(
    fc.property(
      keys,
      word(2),
      delimiters,
      word(3),
      fc.integer({ min: 1, max: 7 }),
      (names, prefix, delimiter, after, maxEntries) => {
        const rows = names.map((key, index) => ({ key, id: index + 1 })).sort(byKeyNewestFirst);
        expect(walk(rows, { prefix, delimiter, maxEntries }, after, false)).toEqual(model(rows, prefix, delimiter, after));
      },
    ),
    { numRuns: 500 },
  );
});

test('the same holds for several versions of a key', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: word(3).filter((text) => text !== '') }), { maxLength: 40 }),
      word(2),
      delimiters,
      fc.integer({ min: 1, max: 7 }),
      (names, prefix, delimiter, maxEntries) => {
        const rows = names.map(({ key }, index) => ({ key, id: index + 1 })).sort(byKeyNewestFirst);
        expect(walk(rows, { prefix, delimiter, maxEntries }, '', true)).toEqual(model(rows, prefix, delimiter, ''));
      },
    ),
    { numRuns: 500 },
  );
});

test('the end of a prefix is behind everything that starts with it and before everything else behind it', () => {
  fc.assert(
    fc.property(word(4), word(4), (prefix, other) => {
      const end = endOfPrefix(prefix);
      const below = end === undefined || compareKeys(other, end) < 0;
      expect(compareKeys(other, prefix) >= 0 && below).toBe(other.startsWith(prefix));
    }),
    { numRuns: 2000 },
  );
});

test('a page of nothing is empty and says that there is no more', () => {
  const rows = [{ key: 'a', id: 1 }];
  const request = { prefix: '', delimiter: '', after: undefined, maxEntries: 0 };
  expect(listPage(sourceOf(rows), request)).toEqual({ rows: [], prefixes: [], next: undefined });
});
