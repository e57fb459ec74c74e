import { expect, test } from 'vitest';
import { holdsRule } from './choice.ts';
import type { JsonObject } from './json.ts';

const data = { s: 'b', n: 2, b: true, t: '2024-01-02T00:00:00Z', nil: null, same: 2, star: 'log-1.txt', lit: 'a*b' };
const surroundings = { context: () => ({ Execution: { Name: 'run' } }), random: () => 0 };

test.each<[JsonObject, boolean, string]>([
  [{ Variable: '$.s', StringEquals: 'b' }, true, 'equal'],
  [{ Variable: '$.s', StringLessThan: 'c' }, true, 'less'],
  [{ Variable: '$.s', StringGreaterThanEquals: 'c' }, false, 'not greater'],
  [{ Variable: '$.n', StringEquals: '2' }, false, 'types differ'],
  [{ Variable: '$.n', NumericGreaterThan: 1 }, true, 'greater'],
  [{ Variable: '$.n', NumericEqualsPath: '$.same' }, true, 'the other side by path'],
  [{ Variable: '$.b', BooleanEquals: true }, true, 'boolean'],
  [{ Variable: '$.t', TimestampLessThan: '2024-01-02T01:00:00+00:30' }, true, 'zones count'],
  [{ Variable: '$.s', TimestampEquals: '2024-01-02T00:00:00Z' }, false, 'no timestamp'],
  [{ Variable: '$.nil', IsNull: true }, true, 'null'],
  [{ Variable: '$.nope', IsPresent: false }, true, 'absent'],
  [{ Variable: '$.nil', IsPresent: true }, true, 'null is present'],
  [{ Variable: '$.n', IsNumeric: true }, true, 'number'],
  [{ Variable: '$.t', IsTimestamp: true }, true, 'timestamp'],
  [{ Variable: '$.s', IsTimestamp: false }, true, 'no timestamp'],
  [{ Variable: '$.star', StringMatches: 'log-*.txt' }, true, 'wildcard'],
  [{ Variable: '$.star', StringMatches: 'log-?.txt' }, false, 'no other wildcard'],
  [{ Variable: '$.lit', StringMatches: 'a\\*b' }, true, 'escaped star'],
  [{ Variable: '$.star', StringMatches: 'log-1.tx\\*' }, false, 'escaped star stands for itself'],
  [{ Variable: '$$.Execution.Name', StringEquals: 'run' }, true, 'context object'],
  [
    {
      And: [
        { Variable: '$.n', IsNumeric: true },
        { Variable: '$.s', StringEquals: 'x' },
      ],
    },
    false,
    'and',
  ],
  [
    {
      Or: [
        { Variable: '$.n', IsString: true },
        { Variable: '$.s', StringEquals: 'b' },
      ],
    },
    true,
    'or',
  ],
  [{ Not: { Variable: '$.n', NumericEquals: 3 } }, true, 'not'],
])('%j is %s: %s', (rule, holds) => {
  expect(holdsRule(rule, data, surroundings)).toBe(holds);
});

test('comparing a missing value is an error that cannot be caught', () => {
  expect(() => holdsRule({ Variable: '$.nope', StringEquals: 'x' }, data, surroundings)).toThrow('States.Runtime');
});
