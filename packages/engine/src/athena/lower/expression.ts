/** Expressions to DuckDB SQL with their types. Trino coerces numbers upwards and nothing else, so every operand is checked here. */
import type { Expression } from '../sql/ast.ts';
import { QueryError, typeMismatch, unsupported, type Position } from '../sql/query-error.ts';
import {
  arrayOf, BIGINT, BOOLEAN, commonType, DATE, DOUBLE, duckType, INTEGER, isInteger, quoted, rowFieldName, simple, TIMESTAMP, TIMESTAMP_UTC,
  typeName, UNKNOWN, VARBINARY, VARCHAR, type Type,
} from '../sql/types.ts';
import { failing } from '../duck/failure.ts';
import { arithmetic, negate } from './arithmetic.ts';
import { castTo, coerce } from './cast.ts';
import { lowerCall } from './call.ts';
import { compare, distinctFrom } from './comparison.ts';
import { extractField } from './functions-time.ts';
import { columnNotFound, findColumn, literal, useColumn, type Lowered, type Lowering, type Scope } from './scope.ts';

export function lowerExpression(expression: Expression, scope: Scope, lowering: Lowering): Lowered {
  const done = scope.computed?.get(expression);
  if (done) return done;
  const lower = (inner: Expression) => lowerExpression(inner, scope, lowering);
  const { at } = expression;
  switch (expression.kind) {
    case 'null':
      return { sql: 'NULL', type: UNKNOWN };
    case 'boolean':
      return { sql: String(expression.value), type: BOOLEAN, constant: expression.value };
    case 'integer':
      return integerLiteral(expression.text, at);
    case 'decimal':
      return decimalLiteral(expression.text);
    case 'double':
      return { sql: `CAST('${expression.text}' AS DOUBLE)`, type: DOUBLE, constant: Number(expression.text) };
    case 'string':
      return { sql: literal(expression.text), type: VARCHAR, constant: expression.text };
    case 'hex':
      return { sql: `unhex(${literal(expression.text)})`, type: VARBINARY };
    case 'typed':
      return typedLiteral(expression.type.type, expression.text, at);
    case 'interval':
      return intervalLiteral(expression);
    case 'name':
      return lowerName(expression.parts, scope, at);
    case 'field':
      return rowField(lower(expression.base), expression.field, at);
    case 'subscript':
      return subscript(lower(expression.base), lower(expression.index), at);
    case 'negate':
      return negate(lower(expression.operand), at);
    case 'not':
      return { sql: `(NOT ${boolean(lower(expression.operand), at)})`, type: BOOLEAN };
    case 'and':
    case 'or':
      return { sql: `(${boolean(lower(expression.left), at)} ${expression.kind.toUpperCase()} ${boolean(lower(expression.right), at)})`, type: BOOLEAN };
    case 'arithmetic':
      return arithmetic(expression.operator, lower(expression.left), lower(expression.right), at);
    case 'concat':
      return concat(lower(expression.left), lower(expression.right), at);
    case 'compare':
      return compare(expression.operator, lower(expression.left), lower(expression.right), at);
    case 'between': {
      const operand = lower(expression.operand);
      const low = compare('>=', operand, lower(expression.low), at);
      return { sql: `(${low.sql} AND ${compare('<=', operand, lower(expression.high), at).sql})`, type: BOOLEAN };
    }
    case 'in':
      return inList(lower(expression.operand), expression.list.map(lower), at);
    case 'in-query':
      return inQuery(lower(expression.operand), lowering.query(expression.query, scope.ctes, scope), at);
    case 'like': {
      const [operand, pattern] = [text(lower(expression.operand), at), text(lower(expression.pattern), at)];
      const escape = expression.escape ? ` ESCAPE ${text(lower(expression.escape), at)}` : '';
      return { sql: `(${operand} LIKE ${pattern}${escape})`, type: BOOLEAN };
    }
    case 'is-null':
      return isNull(lower(expression.operand));
    case 'distinct-from':
      return distinctFrom(lower(expression.left), lower(expression.right), at);
    case 'case':
      return caseExpression(expression, lower);
    case 'cast':
      return castTo(lower(expression.operand), expression.type.type, at, expression.attempt);
    case 'extract':
      return extractField(expression.field, lower(expression.operand), at);
    case 'at-zone':
      return atZone(lower(expression.operand), lower(expression.zone), at);
    case 'row':
      return rowOf(expression.items.map(lower));
    case 'array':
      return arrayLiteral(expression.items.map(lower), at);
    case 'exists':
      return { sql: `EXISTS (${lowering.query(expression.query, scope.ctes, scope).sql})`, type: BOOLEAN };
    case 'subquery': {
      const { sql, columns } = lowering.query(expression.query, scope.ctes, scope);
      const only = columns[0];
      if (columns.length !== 1 || !only) throw unsupported('A scalar subquery of several columns', at);
      return { sql: `(${sql})`, type: only.type };
    }
    case 'current':
      return current(expression.what, lowering.nowMs);
    case 'lambda':
      throw typeMismatch('A lambda expression cannot stand here', at);
    case 'call':
      return lowerCall(expression, scope, lowering, lower);
  }
}

export function boolean(value: Lowered, at: Position): string {
  if (value.type.kind !== 'boolean' && value.type.kind !== 'unknown') {
    throw typeMismatch(`Logical expression must evaluate to a boolean (actual: ${typeName(value.type)})`, at);
  }
  return value.sql;
}

function text(value: Lowered, at: Position): string {
  if (value.type.kind !== 'varchar' && value.type.kind !== 'unknown') throw typeMismatch(`Must evaluate to a varchar (actual: ${typeName(value.type)})`, at);
  return value.sql;
}

function integerLiteral(digits: string, at: Position): Lowered {
  const value = BigInt(digits);
  if (value > 2n ** 63n) throw new QueryError('NUMERIC_VALUE_OUT_OF_RANGE', `Invalid numeric literal: ${digits}`, at);
  const type = value > 2147483647n ? BIGINT : INTEGER;
  return { sql: type === BIGINT ? `CAST('${digits}' AS BIGINT)` : digits, type, constant: Number(digits) };
}

function decimalLiteral(digits: string): Lowered {
  const [whole = '', fraction = ''] = digits.split('.');
  const precision = Math.max(1, whole.replace(/^0+/, '').length + fraction.length);
  const type: Type = { kind: 'decimal', precision, scale: fraction.length };
  return { sql: `CAST('${digits}' AS ${duckType(type)})`, type, constant: Number(digits) };
}

function typedLiteral(type: Type, value: string, at: Position): Lowered {
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
  if (type.kind === 'bigint' && /^[+-]?\d+$/.test(value)) return { sql: `CAST('${value}' AS BIGINT)`, type, constant: Number(value) };
  if (type.kind === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return { sql: `CAST('${value}' AS DATE)`, type };
  return { sql, type };
}

function intervalLiteral(node: Extract<Expression, { kind: 'interval' }>): Lowered {
  const count = node.negative ? -Number(node.text) : Number(node.text);
  const kind = node.unit === 'year' || node.unit === 'month' ? 'interval year to month' : 'interval day to second';
  return { sql: `INTERVAL (${count}) ${node.unit.toUpperCase()}`, type: simple(kind) };
}

function lowerName(parts: readonly string[], scope: Scope, at: Position): Lowered {
  const bound = parts.length === 1 ? scope.bindings?.get(parts[0] as string) : undefined;
  if (bound) return bound;
  const column = findColumn(parts, scope, at);
  if (column) return useColumn(column);
  if (parts.length > 1) {
    const field = parts.at(-1) as string;
    const base = findBase(parts.slice(0, -1), scope, at);
    if (base?.type.kind === 'row') return rowField(base, field, at);
  }
  throw columnNotFound(parts, at);
}

function findBase(parts: readonly string[], scope: Scope, at: Position): Lowered | undefined {
  const bound = parts.length === 1 ? scope.bindings?.get(parts[0] as string) : undefined;
  if (bound) return bound;
  const column = findColumn(parts, scope, at);
  if (column) return useColumn(column);
  const base = parts.length > 1 ? findBase(parts.slice(0, -1), scope, at) : undefined;
  return base?.type.kind === 'row' ? rowField(base, parts.at(-1) as string, at) : undefined;
}

function rowField(base: Lowered, field: string, at: Position): Lowered {
  if (base.type.kind !== 'row') throw typeMismatch(`Expression is not of type ROW`, at);
  const index = base.type.fields.findIndex(({ name }) => name === field);
  const found = base.type.fields[index];
  if (!found) throw columnNotFound([field], at);
  return { sql: `struct_extract(${base.sql}, ${literal(rowFieldName(found.name, index))})`, type: found.type };
}

function subscript(base: Lowered, index: Lowered, at: Position): Lowered {
  const { type } = base;
  if (type.kind === 'row' && typeof index.constant === 'number') {
    const field = type.fields[index.constant - 1];
    if (field) return { sql: `struct_extract(${base.sql}, ${literal(rowFieldName(field.name, index.constant - 1))})`, type: field.type };
  }
  if (type.kind === 'map') {
    const key = coerce(index, type.key).sql;
    const missing = `CAST(${failing('SUBSCRIPT_OUT_OF_RANGE', 'VARCHAR')} AS ${duckType(type.value)})`;
    const found = `WHEN map_contains(${base.sql}, ${key}) THEN ${base.sql}[${key}] ELSE ${missing}`;
    return { sql: `CASE WHEN ${base.sql} IS NULL OR ${key} IS NULL THEN NULL ${found} END`, type: type.value };
  }
  if (type.kind !== 'array' || !isInteger(index.type)) throw typeMismatch(`Cannot apply operator: ${typeName(type)}[${typeName(index.type)}]`, at);
  const inside = `${index.sql} BETWEEN 1 AND len(${base.sql})`;
  const outside = `CAST(${failing('SUBSCRIPT_OUT_OF_RANGE', 'VARCHAR')} AS ${duckType(type.element)})`;
  return { sql: `CASE WHEN ${base.sql} IS NULL OR ${index.sql} IS NULL THEN NULL WHEN ${inside} THEN ${base.sql}[${index.sql}] ELSE ${outside} END`, type: type.element };
}

export function concat(left: Lowered, right: Lowered, at: Position): Lowered {
  if (left.type.kind === 'array' || right.type.kind === 'array') {
    const element = left.type.kind === 'array' ? left.type : right.type;
    const common = commonType(left.type, right.type) ?? element;
    const asArray = (value: Lowered) => (value.type.kind === 'array' ? coerce(value, common).sql : `[${value.sql}]`);
    return { sql: `CASE WHEN ${left.sql} IS NOT NULL AND ${right.sql} IS NOT NULL THEN list_concat(${asArray(left)}, ${asArray(right)}) END`, type: common };
  }
  const isText = (value: Lowered) => ['varchar', 'unknown', 'varbinary'].includes(value.type.kind);
  if (!isText(left) || !isText(right)) throw typeMismatch(`Cannot apply operator: ${typeName(left.type)} || ${typeName(right.type)}`, at);
  return { sql: `(${left.sql} || ${right.sql})`, type: left.type.kind === 'unknown' ? right.type : left.type.kind === 'varchar' ? VARCHAR : left.type };
}

function inList(operand: Lowered, list: readonly Lowered[], at: Position): Lowered {
  const type = list.reduce<Type | undefined>((common, item) => common && commonType(common, item.type), operand.type);
  if (!type) throw typeMismatch(`IN value and list items must be the same type: ${typeName(operand.type)}`, at);
  return { sql: `(${coerce(operand, type).sql} IN (${list.map((item) => coerce(item, type).sql).join(', ')}))`, type: BOOLEAN };
}

function inQuery(operand: Lowered, query: { sql: string; columns: readonly { type: Type; sqlName: string }[] }, at: Position): Lowered {
  const only = query.columns[0];
  const type = only && commonType(operand.type, only.type);
  if (query.columns.length !== 1 || !only || !type) throw typeMismatch(`value and result of subquery must be of the same type for IN expression: ${typeName(operand.type)}`, at);
  const column = coerce({ sql: quoted(only.sqlName), type: only.type }, type).sql;
  return { sql: `(${coerce(operand, type).sql} IN (SELECT ${column} FROM (${query.sql}) AS s))`, type: BOOLEAN };
}

/** `row(NULL, NULL) IS NULL` is false in Trino and in DuckDB alike. */
const isNull = (value: Lowered): Lowered => ({ sql: `(${value.sql} IS NULL)`, type: BOOLEAN });

function caseExpression(node: Extract<Expression, { kind: 'case' }>, lower: (e: Expression) => Lowered): Lowered {
  const operand = node.operand && lower(node.operand);
  const branches = node.branches.map(({ when, then }) => {
    const condition = lower(when);
    return { when: operand ? compare('=', operand, condition, when.at).sql : boolean(condition, when.at), then: lower(then), at: then.at };
  });
  const otherwise = node.otherwise && lower(node.otherwise);
  let type = UNKNOWN;
  for (const { value, at } of [...branches.map(({ then, at }) => ({ value: then, at })), ...(otherwise ? [{ value: otherwise, at: node.at }] : [])]) {
    const common = commonType(type, value.type);
    if (!common) throw typeMismatch(`All CASE results must be the same type: ${typeName(type)} (actual: ${typeName(value.type)})`, at);
    type = common;
  }
  const parts = branches.map(({ when, then }) => `WHEN ${when} THEN ${coerce(then, type).sql}`);
  return { sql: `(CASE ${parts.join(' ')}${otherwise ? ` ELSE ${coerce(otherwise, type).sql}` : ''} END)`, type };
}

function atZone(value: Lowered, zone: Lowered, at: Position): Lowered {
  if (typeof zone.constant !== 'string') throw unsupported('AT TIME ZONE with a zone that is no literal', at);
  if (value.type.kind === 'timestamp') throw unsupported('AT TIME ZONE on a timestamp without time zone (with_timezone says what is meant)', at);
  if (value.type.kind !== 'timestamp with time zone') throw typeMismatch(`Type of value must be a time or timestamp with or without time zone (actual ${typeName(value.type)})`, at);
  return { sql: value.sql, type: { ...value.type, zone: zone.constant } };
}

export function rowOf(items: readonly Lowered[]): Lowered {
  const type: Type = { kind: 'row', fields: items.map((item) => ({ name: undefined, type: item.type })) };
  return { sql: `struct_pack(${items.map((item, i) => `${rowFieldName(undefined, i)} := ${item.sql}`).join(', ')})`, type };
}

function arrayLiteral(items: readonly Lowered[], at: Position): Lowered {
  const element = items.reduce<Type | undefined>((common, item) => common && commonType(common, item.type), UNKNOWN);
  if (!element) throw typeMismatch('All ARRAY elements must be the same type', at);
  return { sql: `[${items.map((item) => coerce(item, element).sql).join(', ')}]`, type: arrayOf(element) };
}

function current(what: 'date' | 'timestamp' | 'localtimestamp', nowMs: number): Lowered {
  const now = `make_timestamp(${nowMs * 1000})`;
  if (what === 'date') return { sql: `CAST(${now} AS DATE)`, type: DATE };
  return { sql: now, type: what === 'timestamp' ? TIMESTAMP_UTC : TIMESTAMP };
}

