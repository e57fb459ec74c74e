/** Expressions to DuckDB SQL with their types. Trino coerces numbers upwards and nothing else, so every operand is checked here. */

import type { Expression } from '../sql/ast.ts';
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  arrayOf,
  BOOLEAN,
  commonType,
  DOUBLE,
  quoted,
  rowFieldName,
  type Type,
  typeName,
  UNKNOWN,
  VARBINARY,
  VARCHAR,
} from '../sql/types.ts';
import { lowerName, rowField, subscript } from './access.ts';
import { arithmetic, negate } from './arithmetic.ts';
import { lowerCall } from './call.ts';
import { castTo, coerce } from './cast.ts';
import { compare, distinctFrom } from './comparison.ts';
import { extractField } from './functions-time.ts';
import { current, decimalLiteral, integerLiteral, intervalLiteral, typedLiteral } from './literals.ts';
import { type Lowered, type Lowering, literal, type Scope } from './scope.ts';

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
      return {
        sql: `(${boolean(lower(expression.left), at)} ${expression.kind.toUpperCase()} ${boolean(lower(expression.right), at)})`,
        type: BOOLEAN,
      };
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
      const escaping = expression.escape ? ` ESCAPE ${text(lower(expression.escape), at)}` : '';
      return { sql: `(${operand} LIKE ${pattern}${escaping})`, type: BOOLEAN };
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
  if (value.type.kind !== 'varchar' && value.type.kind !== 'unknown')
    throw typeMismatch(`Must evaluate to a varchar (actual: ${typeName(value.type)})`, at);
  return value.sql;
}

export function concat(left: Lowered, right: Lowered, at: Position): Lowered {
  if (left.type.kind === 'array' || right.type.kind === 'array') {
    const element = left.type.kind === 'array' ? left.type : right.type;
    const common = commonType(left.type, right.type) ?? element;
    const asArray = (value: Lowered) => (value.type.kind === 'array' ? coerce(value, common).sql : `[${value.sql}]`);
    return {
      sql: `CASE WHEN ${left.sql} IS NOT NULL AND ${right.sql} IS NOT NULL THEN list_concat(${asArray(left)}, ${asArray(right)}) END`,
      type: common,
    };
  }
  const isText = (value: Lowered) => ['varchar', 'unknown', 'varbinary'].includes(value.type.kind);
  if (!isText(left) || !isText(right))
    throw typeMismatch(`Cannot apply operator: ${typeName(left.type)} || ${typeName(right.type)}`, at);
  return {
    sql: `(${left.sql} || ${right.sql})`,
    type: left.type.kind === 'unknown' ? right.type : left.type.kind === 'varchar' ? VARCHAR : left.type,
  };
}

function inList(operand: Lowered, list: readonly Lowered[], at: Position): Lowered {
  const type = list.reduce<Type | undefined>((common, item) => common && commonType(common, item.type), operand.type);
  if (!type) throw typeMismatch(`IN value and list items must be the same type: ${typeName(operand.type)}`, at);
  return { sql: `(${coerce(operand, type).sql} IN (${list.map((item) => coerce(item, type).sql).join(', ')}))`, type: BOOLEAN };
}

function inQuery(
  operand: Lowered,
  query: { sql: string; columns: readonly { type: Type; sqlName: string }[] },
  at: Position,
): Lowered {
  const only = query.columns[0];
  const type = only && commonType(operand.type, only.type);
  if (query.columns.length !== 1 || !only || !type)
    throw typeMismatch(`value and result of subquery must be of the same type for IN expression: ${typeName(operand.type)}`, at);
  const column = coerce({ sql: quoted(only.sqlName), type: only.type }, type).sql;
  return { sql: `(${coerce(operand, type).sql} IN (SELECT ${column} FROM (${query.sql}) AS s))`, type: BOOLEAN };
}

/** `row(NULL, NULL) IS NULL` is false in Trino and in DuckDB alike. */
const isNull = (value: Lowered): Lowered => ({ sql: `(${value.sql} IS NULL)`, type: BOOLEAN });

function caseExpression(node: Extract<Expression, { kind: 'case' }>, lower: (e: Expression) => Lowered): Lowered {
  const operand = node.operand && lower(node.operand);
  const branches = node.branches.map(({ when, value }) => {
    const condition = lower(when);
    return {
      when: operand ? compare('=', operand, condition, when.at).sql : boolean(condition, when.at),
      value: lower(value),
      at: value.at,
    };
  });
  const otherwise = node.otherwise && lower(node.otherwise);
  let type = UNKNOWN;
  for (const { value, at } of [
    ...branches.map(({ value, at }) => ({ value, at })),
    ...(otherwise ? [{ value: otherwise, at: node.at }] : []),
  ]) {
    const common = commonType(type, value.type);
    if (!common)
      throw typeMismatch(`All CASE results must be the same type: ${typeName(type)} (actual: ${typeName(value.type)})`, at);
    type = common;
  }
  const parts = branches.map(({ when, value }) => `WHEN ${when} THEN ${coerce(value, type).sql}`);
  return { sql: `(CASE ${parts.join(' ')}${otherwise ? ` ELSE ${coerce(otherwise, type).sql}` : ''} END)`, type };
}

function atZone(value: Lowered, zone: Lowered, at: Position): Lowered {
  if (typeof zone.constant !== 'string') throw unsupported('AT TIME ZONE with a zone that is no literal', at);
  if (value.type.kind === 'timestamp')
    throw unsupported('AT TIME ZONE on a timestamp without time zone (with_timezone says what is meant)', at);
  if (value.type.kind !== 'timestamp with time zone')
    throw typeMismatch(
      `Type of value must be a time or timestamp with or without time zone (actual ${typeName(value.type)})`,
      at,
    );
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
