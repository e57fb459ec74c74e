import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestCells, groupHashOf, orderRows } from './row-digests.ts';

interface Row {
  readonly key: string;
  readonly n: bigint | null;
  readonly d: number | null;
}

const rows = fc.uniqueArray(
  fc.record({ key: fc.string({ minLength: 1 }), n: fc.option(fc.bigInt(-5n, 5n)), d: fc.option(fc.double({ noNaN: true })) }),
  { selector: ({ key }) => key, maxLength: 60 },
);

/** As a part is hashed: whatever the order in which its files hold its rows. */
function digestsOf(part: readonly Row[]): Record<string, string> {
  const { order, cells } = orderRows(part.map(({ key }) => key));
  const ordered = Array.from(order, (at) => part[at] as Row);
  return digestCells(
    [
      { name: 'entity_key', type: 'STRING', cells: ordered.map(({ key }) => key) },
      { name: 'n', type: 'INT64', cells: ordered.map(({ n }) => n) },
      { name: 'd', type: 'DOUBLE', cells: ordered.map(({ d }) => d) },
    ],
    cells,
  );
}

const firstByte = ({ key }: Row) => Number.parseInt(createHash('md5').update(key).digest('hex').slice(0, 2), 16);

/** As the query deals rows out. */
const hashInParts = (all: readonly Row[], parts: number): string =>
  groupHashOf(
    Object.assign(
      {},
      ...Array.from({ length: parts }, (_, part) =>
        digestsOf(all.filter((row) => Math.floor(firstByte(row) / (256 / parts)) === part)),
      ),
    ),
  );

describe('the hash of a group', () => {
  test('is the same whatever the order of its rows and the number of its parts', () => {
    const shuffled = rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, fc.constantFrom(1, 2, 16, 64), ([all, other], parts) => {
        expect(hashInParts(other, parts)).toBe(hashInParts(all, 1));
      }),
    );
  });

  test('is another when a row is missing or any of its values is another', () => {
    const changed = rows
      .filter((all) => all.length > 0)
      .chain((all) => fc.tuple(fc.constant(all), fc.nat(all.length - 1), fc.constantFrom('missing', 'n', 'd', 'no n')));
    fc.assert(
      fc.property(changed, ([all, at, how]) => {
        const row = all[at] as Row;
        const other =
          how === 'missing'
            ? []
            : [{ ...row, ...(how === 'd' ? { d: (row.d ?? 0) === 1 ? 2 : 1 } : { n: how === 'n' ? (row.n ?? 0n) + 1n : 77n }) }];
        expect(hashInParts([...all.slice(0, at), ...other, ...all.slice(at + 1)], 4)).not.toBe(hashInParts(all, 4));
      }),
    );
  });
});
