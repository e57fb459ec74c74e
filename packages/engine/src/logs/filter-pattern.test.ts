import { expect, test } from 'vitest';
import { parseFilterPattern } from './filter-pattern.ts';

const read = '{"kind":"feature-read","caller":{"name":"a b"}}';

test.each([
  { why: 'nothing is everything', pattern: '', line: 'x', is: true },
  { why: 'an equal member', pattern: '{ $.kind = "feature-read" }', line: read, is: true },
  { why: 'without spaces', pattern: '{$.kind="feature-read"}', line: read, is: true },
  { why: 'a member inside', pattern: '{ $.caller.name = "a b" }', line: read, is: true },
  { why: 'another value', pattern: '{ $.kind = "feature" }', line: read, is: false },
  { why: 'the value in another member', pattern: '{ $.caller = "feature-read" }', line: read, is: false },
  { why: 'a line that is no JSON', pattern: '{ $.kind = "feature-read" }', line: 'kind "feature-read"', is: false },
  { why: 'a path through null', pattern: '{ $.a.b = "x" }', line: '{"a":null,"c":"x"}', is: false },
  { why: 'all terms', pattern: 'ERROR "not found"', line: 'ERROR: key not found', is: true },
  { why: 'one term missing', pattern: 'ERROR "not found"', line: 'ERROR: found', is: false },
  { why: 'terms go by case', pattern: 'error', line: 'ERROR', is: false },
])('$why', ({ pattern, line, is }) => {
  expect(parseFilterPattern(pattern)(line)).toBe(is);
});

test.each(['{ $.a = 1 }', '{ $.a = "x*" }', '{ ($.a = "x") && ($.b = "y") }', '-term', '?a ?b', '[a, b]', '%regex%'])(
  'what the engine does not know is refused by name: %s',
  (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(`does not know the filter pattern ${pattern}`);
  },
);
