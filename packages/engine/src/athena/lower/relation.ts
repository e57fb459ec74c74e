/** FROM: tables, subqueries, joins and UNNEST, and the columns that names can then mean. */
import type { Alias, Expression, Relation } from '../sql/ast.ts';
import { QueryError, typeMismatch, unsupported } from '../sql/query-error.ts';
import { BIGINT, quoted, rowFieldName, type Type, typeName } from '../sql/types.ts';
import { compare } from './comparison.ts';
import { boolean, lowerExpression } from './expression.ts';
import {
  type Column,
  columnNotFound,
  findColumn,
  type Lowering,
  literal,
  type OutputColumn,
  type Scope,
  useColumn,
} from './scope.ts';

export interface LoweredRelation {
  readonly sql: string;
  readonly columns: readonly Column[];
}

/** `outer` has what LATERAL and UNNEST may refer to besides the relations on their left. */
export function lowerRelation(
  relation: Relation,
  outer: Scope,
  lowering: Lowering,
  left: readonly Column[] = [],
): LoweredRelation {
  switch (relation.kind) {
    case 'table':
      return lowerTable(relation, outer, lowering);
    case 'derived': {
      const scope = relation.lateral ? { ...outer, columns: left, parent: outer } : outer.parent;
      const { sql, columns } = lowering.query(relation.query, outer.ctes, scope);
      const name = lowering.fresh('r');
      return {
        sql: `${relation.lateral ? 'LATERAL ' : ''}(${sql}) AS ${name}`,
        columns: named(columns, name, relation.alias, relation.at, []),
      };
    }
    case 'unnest':
      return lowerUnnest(relation, { ...outer, columns: left, parent: outer.parent }, lowering);
    case 'join':
      return lowerJoin(relation, outer, lowering, left);
  }
}

function named(
  columns: readonly OutputColumn[],
  relation: string,
  alias: Alias | undefined,
  at: Relation['at'],
  qualifiers: readonly string[],
): Column[] {
  if (alias?.columns && alias.columns.length !== columns.length) {
    throw new QueryError(
      'MISMATCHED_COLUMN_ALIASES',
      `Column alias list has ${alias.columns.length} entries but '${alias.name}' has ${columns.length} columns available`,
      at,
    );
  }
  return columns.map((column, i) => ({
    qualifiers: alias ? [alias.name] : qualifiers,
    name: alias?.columns?.[i] ?? column.name,
    sql: `${relation}.${quoted(column.sqlName)}`,
    type: column.type,
  }));
}

function lowerTable(relation: Extract<Relation, { kind: 'table' }>, outer: Scope, lowering: Lowering): LoweredRelation {
  const { name, alias, at } = relation;
  const sqlName = lowering.fresh('r');
  const common = name.length === 1 ? outer.ctes.get(name[0] as string) : undefined;
  if (common)
    return { sql: `${common.sqlName} AS ${sqlName}`, columns: named(common.columns, sqlName, alias, at, [name[0] as string]) };
  const table = lowering.table(name, at);
  const { database, name: tableName } = table.record;
  const scan = { placeholder: `⟦${sqlName}⟧`, relation: sqlName, table, used: new Set<string>(), partitionPredicates: [] };
  lowering.scans.push(scan);
  const qualifiers = alias ? [alias.name] : [tableName, `${database}.${tableName}`, `awsdatacatalog.${database}.${tableName}`];
  const columns = table.columns.map(
    (column, i): Column => ({
      qualifiers,
      name: alias?.columns?.[i] ?? column.name,
      sql: `${sqlName}.${quoted(column.name)}`,
      type: column.type,
      scan,
      tableColumn: column.name,
      isPartition: column.isPartition,
    }),
  );
  return { sql: `${scan.placeholder} AS ${sqlName}`, columns };
}

function lowerJoin(
  relation: Extract<Relation, { kind: 'join' }>,
  outer: Scope,
  lowering: Lowering,
  before: readonly Column[],
): LoweredRelation {
  const { type, at } = relation;
  const nullable = (columns: readonly Column[]) => columns.map((column) => ({ ...column, isNullable: true }));
  const lowLeft = lowerRelation(relation.left, outer, lowering, before);
  const lowRight = lowerRelation(relation.right, outer, lowering, [...before, ...lowLeft.columns]);
  const left = type === 'right' || type === 'full' ? nullable(lowLeft.columns) : lowLeft.columns;
  const right = type === 'left' || type === 'full' ? nullable(lowRight.columns) : lowRight.columns;
  const rightSql = relation.right.kind === 'join' ? `(${lowRight.sql})` : lowRight.sql;
  if (type === 'cross') return { sql: `${lowLeft.sql} CROSS JOIN ${rightSql}`, columns: [...left, ...right] };
  const join = (on: string) => `${lowLeft.sql} ${type.toUpperCase()} JOIN ${rightSql} ON ${on}`;
  if (relation.using) return joinUsing(relation.using, { ...relation, join }, left, right);
  const scope: Scope = { ...outer, columns: [...left, ...right] };
  const on = relation.on as Expression;
  return { sql: join(boolean(lowerExpression(on, scope, lowering), at)), columns: scope.columns };
}

function joinUsing(
  using: readonly string[],
  relation: { readonly type: string; readonly at: Relation['at']; readonly join: (on: string) => string },
  left: readonly Column[],
  right: readonly Column[],
): LoweredRelation {
  const empty: Omit<Scope, 'columns'> = { ctes: new Map(), windows: {} };
  const shared: Column[] = [];
  const conditions = using.map((name) => {
    const [a, b] = [
      findColumn([name], { ...empty, columns: left }, relation.at),
      findColumn([name], { ...empty, columns: right }, relation.at),
    ];
    if (!a || !b) throw columnNotFound([name], relation.at);
    useColumn(a);
    useColumn(b);
    const sql = relation.type === 'full' ? `coalesce(${a.sql}, ${b.sql})` : relation.type === 'right' ? b.sql : a.sql;
    shared.push({ qualifiers: [], name, sql, type: a.type });
    return compare('=', a, b, relation.at).sql;
  });
  const rest = [...left, ...right].filter((column) => !using.includes(column.name));
  return { sql: relation.join(conditions.join(' AND ')), columns: [...shared, ...rest] };
}

function lowerUnnest(relation: Extract<Relation, { kind: 'unnest' }>, scope: Scope, lowering: Lowering): LoweredRelation {
  const name = lowering.fresh('r');
  const items: string[] = [];
  const columns: OutputColumn[] = [];
  const lengths: string[] = [];
  const add = (sql: string, type: Type) => {
    const sqlName = `c${columns.length}`;
    items.push(`${sql} AS ${sqlName}`);
    columns.push({ name: `_col${columns.length}`, sqlName, type });
  };
  for (const item of relation.items) {
    const { sql, type } = lowerExpression(item, scope, lowering);
    if (type.kind === 'array') {
      lengths.push(`len(${sql})`);
      if (type.element.kind === 'row') {
        for (const [i, field] of type.element.fields.entries()) {
          add(`struct_extract(unnest(${sql}), ${literal(rowFieldName(field.name, i))})`, field.type);
        }
      } else add(`unnest(${sql})`, type.element);
    } else if (type.kind === 'map') {
      lengths.push(`cardinality(${sql})`);
      add(`unnest(map_keys(${sql}))`, type.key);
      add(`unnest(map_values(${sql}))`, type.value);
    } else throw typeMismatch(`Cannot unnest type: ${typeName(type)}`, item.at);
  }
  if (relation.ordinality) add(`unnest(range(1, greatest(${lengths.join(', ')}) + 1))`, BIGINT);
  if (items.length === 0) throw unsupported('UNNEST of nothing', relation.at);
  const alias = relation.alias;
  return { sql: `LATERAL (SELECT ${items.join(', ')}) AS ${name}`, columns: named(columns, name, alias, relation.at, []) };
}
