import { expect, test } from 'vitest';
import { evaluateExpression } from './payload-template.ts';

const data = { name: 'Ada', list: [1, 2, 3, 4, 5], text: '{"k":1}', o1: { a: { x: 1 }, b: 1 }, o2: { a: { y: 2 } }, n: 111 };
const surroundings = { context: () => ({ Execution: { Name: 'run' } }), random: () => 0.5 };
const evaluate = (text: string) => evaluateExpression(text, data, surroundings, 'field.$');

test.each([
  ["States.Format('Hello, {}! {} {}', $.name, $.n, $.o2)", 'Hello, Ada! 111 {"a":{"y":2}}'],
  ["States.Format('\\{{}\\} \\'{}\\' \\\\', $.name, 'x')", "{Ada} 'x' \\"],
  ['States.StringToJson($.text)', { k: 1 }],
  ['States.JsonToString($.o2)', '{"a":{"y":2}}'],
  ["States.Array($.name, 1, true, null, 'a,b)')", ['Ada', 1, true, null, 'a,b)']],
  ['States.Array()', []],
  ['States.ArrayPartition($.list, 2)', [[1, 2], [3, 4], [5]]],
  ['States.ArrayContains($.list, 3)', true],
  ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['States.ArrayGetItem($.list, 2)', 3],
  ['States.ArrayLength($.list)', 5],
  ['States.ArrayUnique(States.Array(1, 2, 1, $.o1, $.o1))', [1, 2, data.o1]],
  ["States.Base64Encode('Data')", 'RGF0YQ=='],
  ["States.Base64Decode('RGF0YQ==')", 'Data'],
  ["States.Hash('abc', 'SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['States.JsonMerge($.o1, $.o2, false)', { a: { y: 2 }, b: 1 }],
  ['States.MathAdd($.n, -1)', 110],
  ['States.MathRandom(1, 11)', 6],
  ["States.StringSplit('1,2;3', ',;')", ['1', '2', '3']],
  ['States.ArrayLength($.list[?(@ > 2)])', 3],
  ["States.Format('{}', $$.Execution.Name)", 'run'],
])('%s', (text, value) => {
  expect(evaluate(text)).toEqual(value);
});

test('equal seeds give equal numbers, and ids differ', () => {
  expect(evaluate('States.MathRandom(1, 1000, 7)')).toBe(evaluate('States.MathRandom(1, 1000, 7)'));
  expect(evaluate('States.UUID()')).toMatch(/^[0-9a-f-]{36}$/);
  expect(evaluate('States.UUID()')).not.toBe(evaluate('States.UUID()'));
});

test.each([
  ["States.Format('{} {}', 'one')", 'an argument is missing'],
  ["States.Format('{}', 'one', 'two')", '2 values for 1 places'],
  ["States.StringToJson('{')", 'not JSON'],
  ['States.ArrayRange(1, 5000, 1)', 'more than 1000'],
  ['States.ArrayGetItem($.list, 9)', 'outside'],
  ["States.Hash('a', 'CRC')", 'must be one of'],
  ['States.JsonMerge($.o1, $.o2, true)', 'shallow'],
  ['States.ArrayPartition($.list, 0)', 'at least 1'],
  ['States.MathAdd(1', 'not an intrinsic function call'],
  ['States.MathAdd(1, 2) x', 'not an intrinsic function call'],
  ['Math.Add(1)', 'not an intrinsic function call'],
])('%s fails: %s', (text, why) => {
  expect(() => evaluate(text)).toThrow(new RegExp(`States.IntrinsicFailure: .*${why}`));
});
