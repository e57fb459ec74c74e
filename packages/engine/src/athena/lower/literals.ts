/** Literals, and the times that stand for now. */
import type { Expression } from '../sql/ast.ts';
import { type Position, QueryError, unsupported } from '../sql/query-error.ts';
import { BIGINT, DATE, duckType, INTEGER, simple, TIMESTAMP, TIMESTAMP_UTC, type Type, VARCHAR } from '../sql/types.ts';
import { castTo } from './cast.ts';
import { type Lowered, literal } from './scope.ts';

export function integerLiteral(digits: string, at: Position): Lowered {
  const value = BigInt(digits);
  if (value > 2n ** 63n) throw new QueryError('NUMERIC_VALUE_OUT_OF_RANGE', `Invalid numeric literal: ${digits}`, at);
  const type = value > 2147483647n ? BIGINT : INTEGER;
  return { sql: type === BIGINT ? `CAST('${digits}' AS BIGINT)` : digits, type, constant: Number(digits) };
}

export function decimalLiteral(digits: string): Lowered {
  const [whole = '', fraction = ''] = digits.split('.');
  const precision = Math.max(1, whole.replace(/^0+/, '').length + fraction.length);
  const type: Type = { kind: 'decimal', precision, scale: fraction.length };
  return { sql: `CAST('${digits}' AS ${duckType(type)})`, type, constant: Number(digits) };
}

export function typedLiteral(type: Type, value: string, at: Position): Lowered {
  if (type.kind === 'timestamp with time zone') {
    const zone = type.zone === 'Z' ? 'UTC' : (type.zone ?? 'UTC');
    const naive = `CAST(${literal(value.slice(0, value.length - (type.zone ?? '').length).trim())} AS TIMESTAMP)`;
    if (zone === 'UTC') return { sql: naive, type: { ...type, zone } };
    if (/^[+-]/.test(zone)) throw unsupported('A timestamp literal with an offset other than UTC', at);
    return { sql: `timezone('UTC', timezone('${zone}', ${naive}))`, type: { ...type, zone } };
  }
  if (type.kind === 'timestamp') return { sql: `CAST(${literal(value)} AS ${duckType(type)})`, type };
  if (type.kind === 'decimal') return decimalLiteral(value);
  if (type.kind === 'varchar') return { sql: literal(value), type: VARCHAR, constant: value };
  const { sql } = castTo({ sql: literal(value), type: VARCHAR }, type, at, false);
  if (type.kind === 'bigint' && /^[+-]?\d+$/.test(value))
    return { sql: `CAST('${value}' AS BIGINT)`, type, constant: Number(value) };
  if (type.kind === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return { sql: `CAST('${value}' AS DATE)`, type };
  return { sql, type };
}

export function intervalLiteral(node: Extract<Expression, { kind: 'interval' }>): Lowered {
  const count = node.negative ? -Number(node.text) : Number(node.text);
  const kind = node.unit === 'year' || node.unit === 'month' ? 'interval year to month' : 'interval day to second';
  return { sql: `INTERVAL (${count}) ${node.unit.toUpperCase()}`, type: simple(kind) };
}

export function current(what: 'date' | 'timestamp' | 'localtimestamp', nowMs: number): Lowered {
  const now = `make_timestamp(${nowMs * 1000})`;
  if (what === 'date') return { sql: `CAST(${now} AS DATE)`, type: DATE };
  return { sql: now, type: what === 'timestamp' ? TIMESTAMP_UTC : TIMESTAMP };
}
