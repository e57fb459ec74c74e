/** Explicit casts as Trino makes them, and the coercions it makes by itself. */
import { failing } from '../duck/failure.ts';
import { localTime, timestampText } from '../duck/text.ts';
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  duckType,
  isFloating,
  isInteger,
  isNumeric,
  isTimestamp,
  quoted,
  rowFieldName,
  sameType,
  type Type,
  typeName,
} from '../sql/types.ts';
import type { Lowered } from './scope.ts';

/** The value as `to`, which it fits without a cast. */
export function coerce(value: Lowered, to: Type): Lowered {
  if (sameType(value.type, to) || to.kind === 'unknown') return value;
  if (value.type.kind === 'unknown') return { sql: `CAST(NULL AS ${duckType(to)})`, type: to };
  if (isTimestamp(to) && isTimestamp(value.type) && duckType(to) === duckType(value.type)) return { ...value, type: to };
  if (duckType(to) === duckType(value.type)) return { sql: value.sql, type: to };
  return { sql: `CAST(${value.sql} AS ${duckType(to)})`, type: to };
}

/** A time with zone as the naive time its zone shows. */
export function local(value: Lowered): string {
  if (value.type.kind !== 'timestamp with time zone') return value.sql;
  if (value.type.zone === undefined) return value.inUtc ?? value.sql;
  return localTime(value.sql, value.type.zone);
}

const rounded = (sql: string, from: number, to: number) => {
  if (from <= to) return sql;
  if (to > 6) return sql;
  const us = from > 6 ? `CAST(${sql} AS TIMESTAMP)` : sql;
  if (to === 6) return us;
  const unit = 10 ** (6 - to);
  return `make_timestamp(CAST(floor((epoch_us(${us}) + ${unit / 2}) / ${unit}) AS BIGINT) * ${unit})`;
};

const checked = (sql: string, pattern: string, converted: string, type: string) =>
  `CASE WHEN ${sql} IS NULL THEN NULL WHEN regexp_full_match(${sql}, '${pattern}') THEN ${converted} ELSE ${failing('INVALID_CAST_ARGUMENT', type)} END`;

function fromText(sql: string, to: Type): string | undefined {
  const type = duckType(to);
  const plain = `CAST(${sql} AS ${type})`;
  if (isInteger(to)) return checked(sql, '[+-]?[0-9]+', plain, type);
  if (isFloating(to))
    return checked(
      sql,
      '\\s*[+-]?(NaN|Infinity|[0-9]+\\.?[0-9]*([eE][+-]?[0-9]+)?|\\.[0-9]+([eE][+-]?[0-9]+)?)\\s*',
      plain,
      type,
    );
  switch (to.kind) {
    case 'decimal':
      return checked(sql, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)', plain, type);
    case 'boolean':
      return checked(sql, '(?i)true|t|1|false|f|0', plain, type);
    case 'date':
      return checked(sql, '\\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\\s*', plain, type);
    case 'timestamp':
      return checked(
        sql,
        '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\\.[0-9]+)?)?)?',
        to.precision >= 6 ? plain : rounded(`CAST(${sql} AS TIMESTAMP)`, 6, to.precision),
        type,
      );
    case 'varbinary':
      return undefined;
    case 'json':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    default:
      return undefined;
  }
}

function toText(value: Lowered): string | undefined {
  const { sql, type } = value;
  switch (type.kind) {
    case 'double':
      return `trino_double(${sql})`;
    case 'real':
      return `trino_real(${sql})`;
    case 'timestamp':
      return timestampText(sql, type.precision);
    case 'timestamp with time zone':
      return `${timestampText(local(value), type.precision)} || ' ${type.zone ?? 'UTC'}'`;
    case 'varbinary':
    case 'array':
    case 'map':
    case 'row':
      return undefined;
    case 'json':
      return `CASE WHEN json_type(${sql}) NOT IN ('ARRAY', 'OBJECT') THEN ${sql} ->> '$' ELSE ${failing('INVALID_CAST_ARGUMENT', 'VARCHAR')} END`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

function toTimestamp(value: Lowered, to: Extract<Type, { precision: number }>): string | undefined {
  const { type } = value;
  if (type.kind === 'date') return `CAST(${value.sql} AS ${duckType(to)})`;
  if (type.kind !== 'timestamp' && type.kind !== 'timestamp with time zone') return undefined;
  const source = to.kind === 'timestamp' ? local(value) : value.sql;
  return `CAST(${rounded(source, type.precision, to.precision)} AS ${duckType(to)})`;
}

function convert(value: Lowered, to: Type, at: Position): string | undefined {
  const { sql, type } = value;
  if (type.kind === 'varchar' && to.kind !== 'varchar') return fromText(sql, to);
  if (to.kind === 'varchar') {
    const text = type.kind === 'varchar' ? sql : toText(value);
    return text && to.length !== undefined ? `left(${text}, ${to.length})` : text;
  }
  if (to.kind === 'timestamp' || to.kind === 'timestamp with time zone') return toTimestamp(value, to);
  if (to.kind === 'date') return isTimestamp(type) ? `CAST(${local(value)} AS DATE)` : undefined;
  if (to.kind === 'json') return jsonText(value);
  if (isFloating(type) && isInteger(to)) return `CAST(round(${sql}) AS ${duckType(to)})`;
  if (isNumeric(type) && isNumeric(to)) return `CAST(${sql} AS ${duckType(to)})`;
  if (type.kind === 'boolean' && isNumeric(to)) return `CAST(CAST(${sql} AS INTEGER) AS ${duckType(to)})`;
  if (to.kind === 'boolean' && isNumeric(type)) return `(${sql} <> 0)`;
  if (type.kind === 'array' && to.kind === 'array') {
    const element = convert({ sql: 'e', type: type.element }, to.element, at);
    return element && `list_transform(${sql}, lambda e: ${element})`;
  }
  if (type.kind === 'row' && to.kind === 'row' && type.fields.length === to.fields.length) {
    const fields = to.fields.map((field, i) => {
      const from = type.fields[i] as (typeof type.fields)[number];
      const inner = castTo(
        { sql: `struct_extract(${sql}, '${rowFieldName(from.name, i)}')`, type: from.type },
        field.type,
        at,
        false,
      );
      return `${quoted(rowFieldName(field.name, i))} := ${inner.sql}`;
    });
    return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
  }
  return undefined;
}

function jsonText({ sql, type }: Lowered): string {
  if (isFloating(type) || isInteger(type) || type.kind === 'boolean' || type.kind === 'array' || type.kind === 'map')
    return `CAST(to_json(${sql}) AS VARCHAR)`;
  throw unsupported(`CAST of ${typeName(type)} to json`);
}

/** `CAST(value AS to)`, or `TRY_CAST` when it is an attempt. */
export function castTo(value: Lowered, to: Type, at: Position, attempt: boolean): Lowered {
  const target: Type =
    to.kind === 'timestamp with time zone' && to.zone === undefined
      ? { ...to, zone: value.type.kind === 'timestamp with time zone' ? value.type.zone : 'UTC' }
      : to;
  if (value.type.kind === 'unknown') return { sql: `CAST(NULL AS ${duckType(target)})`, type: target };
  if (sameType(value.type, target) && !('length' in target)) return { sql: value.sql, type: target };
  const sql = convert(value, target, at);
  if (sql === undefined) throw typeMismatch(`Cannot cast ${typeName(value.type)} to ${typeName(target)}`, at);
  return { sql: attempt ? `TRY(${sql})` : sql, type: target };
}
