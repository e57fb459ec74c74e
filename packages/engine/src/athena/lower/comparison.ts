/** Comparisons. NaN equals nothing and is above nothing in Trino; in DuckDB it equals itself and is above all. */
import type { Comparison } from '../sql/ast.ts';
import { type Position, typeMismatch } from '../sql/query-error.ts';
import { BOOLEAN, commonType, isFloating, typeName } from '../sql/types.ts';
import { coerce } from './cast.ts';
import type { Lowered } from './scope.ts';

const NOT_ORDERED = new Set(['map', 'json', 'function']);

function operands(operator: string, left: Lowered, right: Lowered, at: Position) {
  const type = commonType(left.type, right.type);
  const ordered = operator === '=' || operator === '<>' || !type || !NOT_ORDERED.has(type.kind);
  if (!type || !ordered || type.kind === 'function') {
    throw typeMismatch(`Cannot apply operator: ${typeName(left.type)} ${operator} ${typeName(right.type)}`, at);
  }
  return { type, a: coerce(left, type).sql, b: coerce(right, type).sql };
}

export function compare(operator: Comparison, left: Lowered, right: Lowered, at: Position): Lowered {
  const { type, a, b } = operands(operator, left, right, at);
  const sql = `(${a} ${operator} ${b})`;
  if (!isFloating(type)) return { sql, type: BOOLEAN };
  const [aIsNumber, bIsNumber] = [left.constant !== undefined, right.constant !== undefined];
  const guards = (
    operator.startsWith('>')
      ? [aIsNumber || a]
      : operator.startsWith('<') && operator !== '<>'
        ? [bIsNumber || b]
        : [aIsNumber || bIsNumber || a]
  ).filter((guard): guard is string => typeof guard === 'string');
  if (guards.length === 0) return { sql, type: BOOLEAN };
  if (operator === '<>') return { sql: `(${sql} OR isnan(${a}))`, type: BOOLEAN };
  return { sql: `(${sql} AND NOT isnan(${guards.join()}))`, type: BOOLEAN };
}

export function distinctFrom(left: Lowered, right: Lowered, at: Position): Lowered {
  const { a, b } = operands('=', left, right, at);
  return { sql: `(${a} IS DISTINCT FROM ${b})`, type: BOOLEAN };
}
