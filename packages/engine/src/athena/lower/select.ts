/** One SELECT: names are resolved, `*` is expanded, predicates over partition columns are handed to the scan. */
import type { Expression, Grouping, Select, SelectItem, SortKey } from '../sql/ast.ts';
import { QueryError } from '../sql/query-error.ts';
import { quoted, UNKNOWN } from '../sql/types.ts';
import { carried } from './carried-relation.ts';
import type { CarryForward } from './carry-forward.ts';
import { boolean, lowerExpression } from './expression.ts';
import { partitionScan } from './partition-predicate.ts';
import { orderText, uniqueNames } from './query.ts';
import { type LoweredRelation, lowerRelation } from './relation.ts';
import { type Lowered, type LoweredQuery, type Lowering, type Scope, useColumn } from './scope.ts';

export function lowerSelect(
  select: Select,
  orderBy: readonly SortKey[],
  ctes: Scope['ctes'],
  outer: Scope | undefined,
  lowering: Lowering,
  carry: CarryForward | undefined,
): LoweredQuery {
  const context: Scope = { columns: [], parent: outer, ctes, windows: select.windows };
  let from: LoweredRelation | undefined = select.from && lowerRelation(select.from, context, lowering);
  let scope: Scope = { ...context, columns: from?.columns ?? [] };
  let where = whereText(select.where, scope, lowering);
  if (carry && from) {
    const inner = carried(carry, `${from.sql}${where}`, scope, lowering);
    from = inner.relation;
    scope = { ...scope, columns: from.columns, computed: inner.computed };
    where = '';
  }
  const lower = (value: Expression) => lowerExpression(value, scope, lowering);
  const items = select.items.flatMap((item, i) => selected(item, i, scope, lower));
  const columns = uniqueNames(items.map(({ name, value }) => ({ name, type: value.type })));
  const list = items.map(
    ({ value }, i) => `${value.type === UNKNOWN ? 'CAST(NULL AS INTEGER)' : value.sql} AS ${quoted(columns[i]?.sqlName ?? '')}`,
  );
  const groupBy =
    select.groupBy.length === 0
      ? ''
      : ` GROUP BY ${select.groupBy.map((grouping) => groupingText(grouping, items, lower)).join(', ')}`;
  const having = select.having ? ` HAVING ${boolean(lower(select.having), select.having.at)}` : '';
  const sql = `SELECT ${select.distinct ? 'DISTINCT ' : ''}${list.join(', ')}${from ? ` FROM ${from.sql}` : ''}${where}${groupBy}${having}`;
  if (orderBy.length === 0) return { sql, columns };
  const position = (value: Expression): Lowered => {
    const lowered = lower(value);
    const same = select.distinct ? items.findIndex((item) => item.value.sql === lowered.sql) : -1;
    return same < 0 ? lowered : { sql: quoted(columns[same]?.sqlName ?? ''), type: lowered.type };
  };
  return { sql: `${sql} ORDER BY ${orderBy.map((key) => orderText(key, columns, position)).join(', ')}`, columns };
}

function selected(
  item: SelectItem,
  index: number,
  scope: Scope,
  lower: (value: Expression) => Lowered,
): { name: string; value: Lowered }[] {
  if (item.kind === 'column') {
    const { value } = item;
    const name =
      item.alias ??
      (value.kind === 'name' ? value.parts.at(-1) : value.kind === 'field' ? value.field : undefined) ??
      `_col${index}`;
    const lowered = lower(value);
    // Once a value is a column, its text is gone and with it the offset: so it must be UTC from here on.
    if (lowered.inUtc === undefined || lowered.type.kind !== 'timestamp with time zone') return [{ name, value: lowered }];
    return [{ name, value: { sql: lowered.inUtc, type: { ...lowered.type, zone: 'UTC' } } }];
  }
  const qualifier = item.relation?.join('.');
  const columns = scope.columns.filter((column) => qualifier === undefined || column.qualifiers.includes(qualifier));
  if (columns.length === 0) {
    if (qualifier === undefined)
      throw new QueryError('COLUMN_NOT_FOUND', 'SELECT * not allowed in queries without FROM clause', item.at);
    throw new QueryError('TABLE_NOT_FOUND', `Unable to resolve reference ${qualifier}`, item.at);
  }
  return columns.map((column) => ({ name: column.name, value: useColumn(column) }));
}

export function conjuncts(expression: Expression): Expression[] {
  return expression.kind === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}

function whereText(where: Expression | undefined, scope: Scope, lowering: Lowering): string {
  if (!where) return '';
  const kept = conjuncts(where).filter((conjunct) => {
    const scan = partitionScan(conjunct, scope);
    if (!scan) return true;
    const used = [...scan.used];
    scan.partitionPredicates.push(boolean(lowerExpression(conjunct, scope, lowering), conjunct.at));
    scan.used.clear();
    for (const name of used) scan.used.add(name);
    return false;
  });
  const texts = kept.map((conjunct) => boolean(lowerExpression(conjunct, scope, lowering), conjunct.at));
  return texts.length === 0 ? '' : ` WHERE ${texts.join(' AND ')}`;
}

function groupingText(grouping: Grouping, items: readonly { value: Lowered }[], lower: (value: Expression) => Lowered): string {
  const one = (value: Expression): string => {
    if (value.kind !== 'integer') return lower(value).sql;
    const item = items[Number(value.text) - 1];
    if (!item)
      throw new QueryError('INVALID_COLUMN_REFERENCE', `GROUP BY position ${value.text} is not in select list`, value.at);
    return item.value.sql;
  };
  if (grouping.kind === 'simple') return one(grouping.value);
  const sets = grouping.sets.map((set) => `(${set.map(one).join(', ')})`).join(', ');
  return `${grouping.kind === 'sets' ? 'GROUPING SETS' : grouping.kind.toUpperCase()} (${sets})`;
}
