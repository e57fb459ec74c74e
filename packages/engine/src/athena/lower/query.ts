/** Queries to DuckDB SQL. Every subquery gets unique column names, since Trino allows columns of one name. */
import type { Expression, Query, QueryBody, SortKey } from '../sql/ast.ts';
import { QueryError, typeMismatch } from '../sql/query-error.ts';
import { commonType, quoted, type Type, typeName, UNKNOWN } from '../sql/types.ts';
import { direction } from './call.ts';
import { type CarryForward, planCarryForward } from './carry-forward.ts';
import { coerce } from './cast.ts';
import { lowerExpression } from './expression.ts';
import type { Column, CommonTable, Lowered, LoweredQuery, Lowering, OutputColumn, Scope } from './scope.ts';
import { lowerSelect } from './select.ts';

export function uniqueNames(columns: readonly { readonly name: string; readonly type: Type }[]): OutputColumn[] {
  const taken = new Set<string>();
  return columns.map(({ name, type }) => {
    let sqlName = name;
    for (let i = 1; taken.has(sqlName); i += 1) sqlName = `${name}:${i}`;
    taken.add(sqlName);
    return { name, sqlName, type };
  });
}

export function lowerQuery(given: Query, outerCtes: Scope['ctes'], outer: Scope | undefined, lowering: Lowering): LoweredQuery {
  const { query, carries } = lowering.optimise ? planCarryForward(given) : { query: given, carries: new Map<never, never>() };
  const ctes = new Map<string, CommonTable>(outerCtes);
  const texts: string[] = [];
  for (const { name, columns: aliases, query: inner, at } of query.with) {
    const lowered = lowerInner(inner, ctes, undefined, lowering, carries);
    if (aliases && aliases.length !== lowered.columns.length) {
      throw new QueryError(
        'MISMATCHED_COLUMN_ALIASES',
        `Column alias list has ${aliases.length} entries but relation has ${lowered.columns.length} columns`,
        at,
      );
    }
    const sqlName = lowering.fresh('q');
    texts.push(`${sqlName} AS (${lowered.sql})`);
    ctes.set(name, {
      sqlName,
      query: inner,
      columns: lowered.columns.map((column, i) => ({ ...column, name: aliases?.[i] ?? column.name })),
    });
  }
  const body = lowerInner({ ...query, with: [] }, ctes, outer, lowering, carries);
  return texts.length === 0 ? body : { ...body, sql: `WITH ${texts.join(',\n')}\n${body.sql}` };
}

/** A query whose own WITH, if any, is planned for itself. */
function lowerInner(
  query: Query,
  ctes: Scope['ctes'],
  outer: Scope | undefined,
  lowering: Lowering,
  carries: ReadonlyMap<Expression | QueryBody, CarryForward>,
): LoweredQuery {
  if (query.with.length > 0) return lowerQuery(query, ctes, outer, lowering);
  const { body, orderBy } = query;
  const tail =
    (query.limit === undefined ? '' : ` LIMIT ${query.limit}`) + (query.offset === undefined ? '' : ` OFFSET ${query.offset}`);
  if (body.kind === 'select') {
    const lowered = lowerSelect(body, orderBy, ctes, outer, lowering, carries.get(body));
    return { ...lowered, sql: lowered.sql + tail };
  }
  const lowered = lowerBody(body, ctes, outer, lowering, carries);
  if (orderBy.length === 0 && tail === '') return lowered;
  const relation = lowering.fresh('r');
  const columns = lowered.columns.map(
    (column): Column => ({ qualifiers: [], name: column.name, sql: `${relation}.${quoted(column.sqlName)}`, type: column.type }),
  );
  const scope: Scope = { columns, parent: outer, ctes, windows: {} };
  const order =
    orderBy.length === 0
      ? ''
      : ` ORDER BY ${orderBy.map((key) => orderText(key, lowered.columns, (value) => lowerExpression(value, scope, lowering))).join(', ')}`;
  return { ...lowered, sql: `SELECT * FROM (${lowered.sql}) AS ${relation}${order}${tail}` };
}

/** Names and numbers of output columns come before columns of the query's input. */
export function orderText(key: SortKey, columns: readonly OutputColumn[], lower: (value: Expression) => Lowered): string {
  const { value } = key;
  if (value.kind === 'integer') {
    if (Number(value.text) < 1 || Number(value.text) > columns.length)
      throw new QueryError('INVALID_COLUMN_REFERENCE', `ORDER BY position ${value.text} is not in select list`, value.at);
    return `${value.text} ${direction(key)}`;
  }
  if (value.kind === 'name' && value.parts.length === 1) {
    const matches = columns.flatMap((column, i) => (column.name === value.parts[0] ? [i] : []));
    if (matches.length > 1) throw new QueryError('AMBIGUOUS_NAME', `'${value.parts[0]}' in ORDER BY is ambiguous`, value.at);
    if (matches.length === 1) return `${(matches[0] as number) + 1} ${direction(key)}`;
  }
  const text = lower(value).sql;
  return `${/^-?\d+$/.test(text) ? `(${text} + 0)` : text} ${direction(key)}`;
}

function lowerBody(
  body: QueryBody,
  ctes: Scope['ctes'],
  outer: Scope | undefined,
  lowering: Lowering,
  carries: ReadonlyMap<Expression | QueryBody, CarryForward>,
): LoweredQuery {
  switch (body.kind) {
    case 'select':
      return lowerSelect(body, [], ctes, outer, lowering, carries.get(body));
    case 'nested': {
      const nested = lowerInner(body.query, ctes, outer, lowering, carries);
      return { ...nested, sql: `(${nested.sql})` };
    }
    case 'values':
      return lowerValues(body.rows, { columns: [], parent: outer, ctes, windows: {} }, lowering);
    case 'set': {
      const sides = [
        lowerBody(body.left, ctes, outer, lowering, carries),
        lowerBody(body.right, ctes, outer, lowering, carries),
      ] as const;
      const [left, right] = sides;
      if (left.columns.length !== right.columns.length) {
        throw typeMismatch(
          `${body.operator.toUpperCase()} query has different number of fields: ${left.columns.length}, ${right.columns.length}`,
          body.at,
        );
      }
      const columns = left.columns.map((column, i) => {
        const other = right.columns[i] as OutputColumn;
        const type = commonType(column.type, other.type);
        if (!type)
          throw typeMismatch(
            `column ${i + 1} in ${body.operator.toUpperCase()} query has incompatible types: ${typeName(column.type)}, ${typeName(other.type)}`,
            body.at,
          );
        return { ...column, type };
      });
      const operator = body.operator.toUpperCase() + (body.all ? ' ALL' : '');
      return { columns, sql: sides.map((side) => aligned(side, columns, lowering)).join(`\n${operator} `) };
    }
  }
}

/** One side of a set operation with the types and names of the whole. */
function aligned(side: LoweredQuery, columns: readonly OutputColumn[], lowering: Lowering): string {
  const relation = lowering.fresh('r');
  const items = side.columns.map((column, i) => {
    const wanted = columns[i] as OutputColumn;
    return `${coerce({ sql: `${relation}.${quoted(column.sqlName)}`, type: column.type }, wanted.type).sql} AS ${quoted(wanted.sqlName)}`;
  });
  return `SELECT ${items.join(', ')} FROM (${side.sql}) AS ${relation}`;
}

function lowerValues(rows: readonly (readonly Expression[])[], scope: Scope, lowering: Lowering): LoweredQuery {
  const lowered = rows.map((row) => row.map((value) => lowerExpression(value, scope, lowering)));
  const width = lowered[0]?.length ?? 0;
  const types = Array.from({ length: width }, (_, i) =>
    lowered.reduce<Type>((type, row) => {
      const value = row[i];
      const common = value && commonType(type, value.type);
      if (!common || row.length !== width)
        throw typeMismatch('Values rows have mismatched types', rows[0]?.[0]?.at ?? { line: 1, column: 1 });
      return common;
    }, UNKNOWN),
  );
  const columns = uniqueNames(types.map((type, i) => ({ name: `_col${i}`, type })));
  const texts = lowered.map((row) => `(${row.map((value, i) => coerce(value, types[i] as Type).sql).join(', ')})`);
  const relation = lowering.fresh('r');
  return {
    columns,
    sql: `SELECT * FROM (VALUES ${texts.join(', ')}) AS ${relation}(${columns.map((column) => quoted(column.sqlName)).join(', ')})`,
  };
}
