import { expect, test } from 'vitest';
import type { Json } from './json.ts';
import { findAtPath, readAtPath, withValueAt } from './path.ts';

const data: Json = { a: { 'b c': [1, { d: 2 }], 'x-y': 3 }, list: [{ n: 1 }, { n: 2 }, {}], constructor: 0 };

test.each([
  ['$', data],
  ["$.a['b c'][1].d", 2],
  ['$.a.x-y', 3],
  ['$.a["b c"][-1]', { d: 2 }],
  ['$.list[*].n', [1, 2]],
  ['$..n', [1, 2]],
  ['$.list[?(@.n > 1)]', [{ n: 2 }]],
  ['$.list[0:2].n', [1, 2]],
  ['$.missing[*]', []],
  ['$.missing', undefined],
  ['$.a.toString', undefined],
  ['$.list[9]', undefined],
])('finds %s', (path, value) => {
  expect(findAtPath(path, data)).toEqual(value);
});

test('a missing value names path and field, and nothing of the data', () => {
  expect(() => readAtPath('$.secret.x', { secret: 'hush' }, 'a.$')).toThrow(
    "States.Runtime: The JSONPath '$.secret.x' specified for the field 'a.$' could not be found in the input.",
  );
});

test.each([
  ['$', { a: 1 }, 9],
  ['$.b', { a: 1 }, { a: 1, b: 9 }],
  ['$.b.c', { a: 1 }, { a: 1, b: { c: 9 } }],
  ['$.l[1]', { l: [1, 2] }, { l: [1, 9] }],
])('places a result at %s', (path, target, placed) => {
  const before = structuredClone(target);
  expect(withValueAt(path, target, 9)).toEqual(placed);
  expect(target).toEqual(before);
});

test.each([
  ['$.a.b', { a: 'text' }, 'no object'],
  ['$.l[5]', { l: [1] }, 'beyond the array'],
  ['$.l[*]', { l: [1] }, 'not one place'],
])('cannot place at %s (%o): %s', (path, target, _why) => {
  expect(() => withValueAt(path, target, 9)).toThrow('States.ResultPathMatchFailure');
});
