/** Names, fields of rows, and elements of arrays and maps. */
import { failing } from '../duck/failure.ts';
import { type Position, typeMismatch } from '../sql/query-error.ts';
import { duckType, isInteger, rowFieldName, typeName } from '../sql/types.ts';
import { coerce } from './cast.ts';
import { columnNotFound, findColumn, type Lowered, literal, type Scope, useColumn } from './scope.ts';

export function lowerName(parts: readonly string[], scope: Scope, at: Position): Lowered {
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

export function rowField(base: Lowered, field: string, at: Position): Lowered {
  if (base.type.kind !== 'row') throw typeMismatch(`Expression is not of type ROW`, at);
  const index = base.type.fields.findIndex(({ name }) => name === field);
  const found = base.type.fields[index];
  if (!found) throw columnNotFound([field], at);
  return { sql: `struct_extract(${base.sql}, ${literal(rowFieldName(found.name, index))})`, type: found.type };
}

export function subscript(base: Lowered, index: Lowered, at: Position): Lowered {
  const { type } = base;
  if (type.kind === 'row' && typeof index.constant === 'number') {
    const field = type.fields[index.constant - 1];
    if (field)
      return { sql: `struct_extract(${base.sql}, ${literal(rowFieldName(field.name, index.constant - 1))})`, type: field.type };
  }
  if (type.kind === 'map') {
    const key = coerce(index, type.key).sql;
    const missing = `CAST(${failing('SUBSCRIPT_OUT_OF_RANGE', 'VARCHAR')} AS ${duckType(type.value)})`;
    const found = `WHEN map_contains(${base.sql}, ${key}) THEN ${base.sql}[${key}] ELSE ${missing}`;
    return { sql: `CASE WHEN ${base.sql} IS NULL OR ${key} IS NULL THEN NULL ${found} END`, type: type.value };
  }
  if (type.kind !== 'array' || !isInteger(index.type))
    throw typeMismatch(`Cannot apply operator: ${typeName(type)}[${typeName(index.type)}]`, at);
  const inside = `${index.sql} BETWEEN 1 AND len(${base.sql})`;
  const outside = `CAST(${failing('SUBSCRIPT_OUT_OF_RANGE', 'VARCHAR')} AS ${duckType(type.element)})`;
  return {
    sql: `CASE WHEN ${base.sql} IS NULL OR ${index.sql} IS NULL THEN NULL WHEN ${inside} THEN ${base.sql}[${index.sql}] ELSE ${outside} END`,
    type: type.element,
  };
}
