import { describe, expect, test } from 'vitest';
import type { Json } from '../asl/json.ts';
import { readCsvItems } from './csv-items.ts';
import { batchItems } from './item-batcher.ts';
import { readArrayElements } from './json-array-elements.ts';
import { readJsonLines } from './json-lines.ts';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** The text whole, and in pieces of one and of three characters: the cuts fall everywhere. */
async function everyCut(text: string, read: (chunks: AsyncIterable<string>) => AsyncIterable<Json>): Promise<Json[]> {
  const results: Json[][] = [];
  for (const size of [text.length || 1, 1, 3]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
    results.push(
      await collect(
        read(
          (async function* () {
            yield* pieces;
          })(),
        ),
      ),
    );
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  return results[0] as Json[];
}

describe('a JSON array', () => {
  test.each<[string, Json[]]>([
    ['[]', []],
    [' [ ] \n', []],
    ['[1]', [1]],
    ['\uFEFF[1, "a,]b\\"", {"x":[1,{"y":"}"}]}, [2,[3]], null]', [1, 'a,]b"', { x: [1, { y: '}' }] }, [2, [3]], null]],
  ])('%j', async (text, items) => {
    expect(await everyCut(text, readArrayElements)).toEqual(items);
  });

  test.each([
    ['{"a":1}', 'one JSON array'],
    ['[1,2', 'does not end'],
    ['', 'does not end'],
    ['[1,,2]', 'Element 2'],
    ['[1,]', 'Element 2'],
    ['[1] [2]', 'one JSON array'],
    ['[x]', 'Element 1'],
  ])('%j is refused: %s', async (text, why) => {
    await expect(everyCut(text, readArrayElements)).rejects.toThrow(new RegExp(`States.ItemReaderFailed.*${why}`));
  });
});

describe('JSON lines', () => {
  test('are read with empty lines between and none at the end', async () => {
    expect(await everyCut('\uFEFF{"a":1}\r\n\n[2]\n"é"', readJsonLines)).toEqual([{ a: 1 }, [2], 'é']);
  });
  test('that are no JSON are named by number', async () => {
    await expect(everyCut('1\n\n{x\n', readJsonLines)).rejects.toThrow('Line 3');
  });
});

describe('CSV', () => {
  const first = { CSVHeaderLocation: 'FIRST_ROW' } as const;
  test.each<[string, Parameters<typeof readCsvItems>[1], string, Json[]]>([
    [
      'header in the first row',
      first,
      'a,b\n1,2\n3,4\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    [
      'a given header',
      { CSVHeaderLocation: 'GIVEN', CSVHeaders: ['x', 'y'] },
      'a,b\r\n1,2',
      [
        { x: 'a', y: 'b' },
        { x: '1', y: '2' },
      ],
    ],
    [
      'quotes, line breaks and empty lines',
      first,
      'a,b\n"x, ""y""\nz",""\n\n1,2',
      [
        { a: 'x, "y"\nz', b: '' },
        { a: '1', b: '2' },
      ],
    ],
    [
      'too few and too many fields',
      first,
      'a,b\n1\n1,2,3\n',
      [
        { a: '1', b: '' },
        { a: '1', b: '2' },
      ],
    ],
    ['another delimiter', { ...first, CSVDelimiter: 'PIPE' }, '\uFEFFa|b\n1|2,3\n', [{ a: '1', b: '2,3' }]],
    ['nothing', first, '', []],
  ])('%s', async (_, config, text, items) => {
    expect(await everyCut(text, (chunks) => readCsvItems(chunks, config))).toEqual(items);
  });
  test('a quote that does not end is refused', async () => {
    await expect(everyCut('a\n"x', (chunks) => readCsvItems(chunks, first))).rejects.toThrow('does not end');
  });
});

describe('batches', () => {
  const surroundings = { context: () => ({}), random: () => 0 };
  const batch = async (items: Json[], limits: { mostItems?: number; mostBytes?: number; batchInput?: Json }) => {
    const source = (async function* () {
      yield* items;
    })();
    const batching = {
      mostItems: limits.mostItems,
      mostBytes: limits.mostBytes,
      batchInput: limits.batchInput,
      input: { k: 'v' },
      surroundings,
    };
    return collect(batchItems(source, batching));
  };

  test('are closed by the number of items', async () => {
    expect(await batch([1, 2, 3], { mostItems: 2, batchInput: { 'from.$': '$.k' } })).toEqual([
      { text: '{"BatchInput":{"from":"v"},"Items":[1,2]}', itemCount: 2 },
      { text: '{"BatchInput":{"from":"v"},"Items":[3]}', itemCount: 1 },
    ]);
  });

  test('are never larger than the bytes, counted as UTF-8', async () => {
    const items = Array.from({ length: 100 }, (_, i) => 'é'.repeat(i % 13));
    const batches = await batch(items, { mostBytes: 80 });
    expect(Math.max(...batches.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(80);
    expect(batches.flatMap(({ text }) => JSON.parse(text).Items)).toEqual(items);
  });

  test('an item that fits into none is refused', async () => {
    await expect(batch(['x'.repeat(100)], { mostBytes: 80 })).rejects.toThrow('States.DataLimitExceeded');
  });
});
