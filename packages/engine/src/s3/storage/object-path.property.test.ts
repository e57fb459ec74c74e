import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOfPath, pathOfKey } from './object-path.ts';

const piece = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '~',
    '%',
    '/',
    '//',
    ' ',
    '+',
    '=',
    'dt=1',
    'a',
    '\\',
    '\u0000',
    '\u0085',
    '%2F',
    '~a',
    'é',
    '😀',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.integer({ min: 100, max: 400 }).map((length) => 'l'.repeat(length)),
);
const key = fc
  .array(piece, { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(''))
  .filter((text) => text !== '' && Buffer.byteLength(text) <= 1024);
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

test('a path leads back to its key and id', () => {
  fc.assert(
    fc.property(key, id, (k, n) => {
      expect(keyOfPath(pathOfKey(k, n))).toEqual({ key: k, id: n });
    }),
  );
});

test('a path never leaves its folder, and every step is a name that file systems take', () => {
  fc.assert(
    fc.property(key, id, (k, n) => {
      for (const step of pathOfKey(k, n).split('/')) {
        expect(step).not.toBe('');
        expect(step).not.toMatch(/^\.+$/);
        expect(step).not.toMatch(/[\p{Cc}\\:*?"<>|[\]']/u);
        expect(Buffer.byteLength(step)).toBeLessThanOrEqual(255);
      }
    }),
  );
});

test('no file of one key is a folder of another', () => {
  fc.assert(
    fc.property(key, id, key, id, (k1, n1, k2, n2) => {
      expect(pathOfKey(k2, n2).startsWith(`${pathOfKey(k1, n1)}/`)).toBe(false);
    }),
  );
});

test('folders of a partitioned table keep their names', () => {
  expect(pathOfKey('t/year=2024/month=01/part-0.parquet', 10)).toBe('t/year=2024/month=01/00000000000a~part-0.parquet');
});
