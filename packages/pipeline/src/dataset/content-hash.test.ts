import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_ROWS, contentHashOf, type HashedColumn, hashBlocks } from './content-hash.ts';
import type { OutputType } from './dataset-plan.ts';

const cellOf = {
  STRING: fc.string(),
  DOUBLE: fc.double(),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  BOOLEAN: fc.boolean(),
  TIMESTAMP: fc.date({ noInvalidDate: true }),
} satisfies Record<OutputType, fc.Arbitrary<unknown>>;
const types = Object.keys(cellOf) as OutputType[];

/** Columns of so many rows, as long as that the cells repeat. */
const columnsOf = (rows: number) =>
  fc.tuple(
    ...types.map((type) =>
      fc.array(fc.option(cellOf[type] as fc.Arbitrary<unknown>), { minLength: 1, maxLength: 5 }).map(
        (cells): HashedColumn => ({
          name: type,
          type,
          cells: Array.from({ length: rows }, (_, at) => cells[at % cells.length]),
        }),
      ),
    ),
  );
const slice = (columns: readonly HashedColumn[], start: number, end?: number) =>
  columns.map((one) => ({ ...one, cells: one.cells.slice(start, end) }));
const hashOf = (columns: readonly HashedColumn[]) => contentHashOf(hashBlocks(columns));

test('the hash is the same however the rows are cut into ranges of whole blocks', () => {
  fc.assert(
    fc.property(columnsOf(3 * BLOCK_ROWS + 7), fc.integer({ min: 1, max: 3 }), (columns, blocks) => {
      const cut = blocks * BLOCK_ROWS;
      expect(contentHashOf([...hashBlocks(slice(columns, 0, cut)), ...hashBlocks(slice(columns, cut))])).toBe(hashOf(columns));
    }),
    { numRuns: 20 },
  );
});

test('a changed cell, a changed order, a missing row and another name or type change it', () => {
  fc.assert(
    fc.property(columnsOf(4), fc.nat(types.length - 1), fc.nat(3), (columns, at, row) => {
      const column = columns[at] as HashedColumn;
      const cells = column.cells.with(row, column.cells[row] === null ? column.cells.find((cell) => cell !== null) : null);
      fc.pre(!Object.is(cells[row] ?? null, column.cells[row] ?? null));
      const hash = hashOf(columns);
      expect(hashOf(columns.with(at, { ...column, cells }))).not.toBe(hash);
      expect(hashOf(columns.with(at, { ...column, name: 'other' }))).not.toBe(hash);
      expect(hashOf(slice(columns, 0, 3))).not.toBe(hash);
      const swapped = column.cells.with(0, column.cells[1]).with(1, column.cells[0]);
      if (String(swapped[0]) !== String(swapped[1]))
        expect(hashOf(columns.with(at, { ...column, cells: swapped }))).not.toBe(hash);
    }),
  );
});

test.each<{ why: string; one: HashedColumn; other: HashedColumn }>([
  {
    why: 'a value and its text',
    one: { name: 'c', type: 'DOUBLE', cells: [1] },
    other: { name: 'c', type: 'STRING', cells: ['1'] },
  },
  {
    why: 'an integer and a time',
    one: { name: 'c', type: 'INT64', cells: [1n] },
    other: { name: 'c', type: 'TIMESTAMP', cells: [new Date(1)] },
  },
  { why: 'zero and nothing', one: { name: 'c', type: 'INT64', cells: [0n] }, other: { name: 'c', type: 'INT64', cells: [null] } },
  {
    why: '"null" and nothing',
    one: { name: 'c', type: 'STRING', cells: ['null'] },
    other: { name: 'c', type: 'STRING', cells: [null] },
  },
])('$why are not the same', ({ one, other }) => {
  expect(hashOf([one])).not.toBe(hashOf([other]));
});

test('it is what the definition says', () => {
  const block = createHash('sha256')
    .update('origin\tSTRING\t2\n\x01\x00["ATL",null]')
    .update('delay\tDOUBLE\t2\n\x00\x01')
    .update(Buffer.from('0000000000000000000000000000e0bf', 'hex'))
    .update('late\tBOOLEAN\t2\n\x01\x01\x01\x00')
    .update('scheduled\tTIMESTAMP\t2\n\x01\x01')
    .update(Buffer.from('e803000000000000ffffffffffffffff', 'hex'))
    .digest();
  const columns: HashedColumn[] = [
    { name: 'origin', type: 'STRING', cells: ['ATL', null] },
    { name: 'delay', type: 'DOUBLE', cells: [null, -0.5] },
    { name: 'late', type: 'BOOLEAN', cells: [true, false] },
    { name: 'scheduled', type: 'TIMESTAMP', cells: [new Date(1_000), new Date(-1)] },
  ];
  expect(hashOf(columns)).toBe(createHash('sha256').update(block).digest('hex'));
});
