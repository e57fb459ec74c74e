import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEntityKey, printEntityKey } from './entity-key.ts';

const parts = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[|\\1]{0,4}$/)), {
  minLength: 1,
  maxLength: 4,
});

test('an entity key can be read back', () => {
  fc.assert(
    fc.property(parts, (all) => {
      expect(parseEntityKey(printEntityKey(all))).toEqual(all);
    }),
  );
});

test('two different keys are never the same string', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(printEntityKey(one)).not.toBe(printEntityKey(other));
    }),
  );
});

test.each([
  { parts: ['ATL'], key: 'ATL', why: 'a plain part is itself' },
  { parts: ['1', '11'], key: '1|11', why: 'parts are joined by a bar' },
  { parts: ['11', '1'], key: '11|1', why: 'the order counts' },
  { parts: ['a|b', 'c\\'], key: 'a\\|b|c\\\\', why: 'bar and backslash are escaped' },
  { parts: [42, 'x'], key: '42|x', why: 'numbers are written in decimal' },
])('$why', ({ parts: given, key }) => {
  expect(printEntityKey(given)).toBe(key);
});

test.each(['a\\', 'a\\b|c'])('a string that no key prints as is not read: %j', (text) => {
  expect(parseEntityKey(text)).toBeUndefined();
});
