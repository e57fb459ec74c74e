import { describe, expect, it } from 'vitest';
import { bindParameters } from './bind-parameters.ts';

describe('bindParameters', () => {
  it.each([
    { why: 'nothing to bind', statement: 'SELECT 1', parameters: undefined, bound: 'SELECT 1' },
    { why: 'one word stays bare', statement: 'LIMIT ?', parameters: ['5'], bound: 'LIMIT  5 ' },
    { why: 'a sign would begin a comment', statement: '1 -?', parameters: ['-1'], bound: '1 -(-1)' },
    {
      why: 'a place in a string or a comment is none',
      statement: "'?' -- ?\n/* ? */ ?",
      parameters: ['1'],
      bound: "'?' -- ?\n/* ? */  1 ",
    },
    {
      why: 'comments around an expression go',
      statement: '?',
      parameters: ["DATE '2026-01-01' -- day"],
      bound: "(DATE '2026-01-01')",
    },
    { why: 'a question mark in a value', statement: '?, ?', parameters: ["'?'", '2'], bound: " '?' ,  2 " },
  ])('$why', ({ statement, parameters, bound }) => {
    expect(bindParameters(statement, parameters)).toBe(bound);
  });

  it.each([
    { why: 'too few', statement: '? ?', parameters: ['1'] },
    { why: 'too many', statement: '?', parameters: ['1', '2'] },
    { why: 'empty', statement: '?', parameters: [' -- only this'] },
    { why: 'closing what it did not open', statement: '?', parameters: ['1) OR (1 = 1'] },
    { why: 'left open', statement: '?', parameters: ['(1'] },
    { why: 'a second statement', statement: '?', parameters: ['1; DROP TABLE t'] },
    { why: 'another place', statement: '?', parameters: ['?'] },
  ])('$why is refused without the value', ({ statement, parameters }) => {
    expect(() => bindParameters(statement, parameters)).toThrow(
      /^INVALID_PARAMETER_USAGE: (line 1:1: Incorrect number|Parameter 1 is not)/,
    );
  });
});
