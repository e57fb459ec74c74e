import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addContentHashes, canonicalRow, createContentHash } from './content-hash.ts';

const rows = fc.array(fc.array(fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.bigInt(), fc.constant(null), fc.boolean()), { maxLength: 3 }), { maxLength: 8 });

const hashOf = (all: readonly (readonly unknown[])[], first = 0) => {
  const content = createContentHash();
  all.forEach((row, at) => content.add(first + at, row));
  return content.digest();
};

test('the hash is the same however the rows are cut into ranges', () => {
  fc.assert(
    fc.property(rows, fc.nat(8), (all, cut) => {
      expect(addContentHashes([hashOf(all.slice(cut), cut), hashOf(all.slice(0, cut))])).toBe(hashOf(all));
    }),
  );
});

test('a changed row, a changed order and a missing row change it', () => {
  fc.assert(
    fc.property(rows, (all) => {
      fc.pre(all.length >= 2 && canonicalRow(all[0] ?? []) !== canonicalRow(all[1] ?? []));
      const [one = [], other = [], ...rest] = all;
      expect(hashOf([other, one, ...rest])).not.toBe(hashOf(all));
      expect(hashOf([one, one, ...rest])).not.toBe(hashOf(all));
      expect(hashOf(all.slice(0, -1))).not.toBe(hashOf(all));
    }),
  );
});

test('types never meet: 1, "1", 1n and a time are four different cells', () => {
  const cells = [1, '1', 1n, new Date(1), null].map((cell) => canonicalRow([cell]));
  expect(new Set(cells).size).toBe(cells.length);
});
