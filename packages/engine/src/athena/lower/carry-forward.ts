/**
 * Optimiser rule: a running `max_by(column, position)` to a running last value.
 *
 * Point-in-time queries for Athena number one sorted stream of labels and history, `row_number() OVER (PARTITION BY k ORDER BY o…) rn`,
 * and carry values forward with `max_by(x, CASE WHEN c THEN rn END) OVER (PARTITION BY k ORDER BY o… ROWS BETWEEN UNBOUNDED
 * PRECEDING AND CURRENT ROW)`. DuckDB takes four times as long for that as for one `last_value(CASE WHEN c THEN {x, y, …} END
 * IGNORE NULLS)` for each condition c.
 *
 * Why the rows are the same: rn is distinct and never NULL, and it grows along the very order of the frame, so of the rows of a frame
 * with c the one of greatest rn is the last. The struct is not NULL even where all its fields are. Rows equal in all of (k, o…) may be
 * numbered either way by the text too. A running `max(CASE WHEN c THEN o1 END)` over the first, ascending sort key is the last one
 * that is not NULL, as NULLs sort last. Anything that differs from this shape is left alone.
 */
import type { CallExpression, Expression, Query, QueryBody, Relation, Select, WindowSpec } from '../sql/ast.ts';
import { children, sameText, some } from '../sql/walk.ts';

export interface CarriedGroup {
  readonly condition: Expression;
  readonly values: Expression[];
}

export interface CarryForward {
  readonly window: WindowSpec;
  readonly groups: CarriedGroup[];
  /** Calls of `max_by` and where their value is found. */
  readonly values: ReadonlyMap<Expression, { readonly group: number; readonly value: number }>;
  /** Calls of `max` over the first sort key, with their condition. */
  readonly positions: ReadonlyMap<Expression, Expression>;
}

export interface Planned {
  /** The query, without row numbers that nothing reads any more. */
  readonly query: Query;
  readonly carries: ReadonlyMap<QueryBody | Expression, CarryForward>;
}

export function planCarryForward(query: Query): Planned {
  const carries = new Map<QueryBody | Expression, CarryForward>();
  let ctes = query.with;
  const selects = [...ctes.map((cte) => cte.query), query].flatMap((inner) => (inner.body.kind === 'select' ? [inner.body] : []));
  for (const select of selects) {
    const name = select.from?.kind === 'table' && select.from.name.length === 1 ? select.from.name[0] : undefined;
    const source = ctes.findLast((cte) => cte.name === name);
    if (name === undefined || !source || source.columns || countReferences(query, name) !== 1) continue;
    const numbered = numbering(source.query);
    const carry = numbered && carryForward(select, numbered);
    if (!numbered || !carry) continue;
    carries.set(select, carry);
    if (readsElsewhere(select, numbered.name, carry)) continue;
    const items = numbered.select.items.filter((item) => item !== numbered.item);
    ctes = ctes.map((cte) => (cte === source ? { ...cte, query: { ...cte.query, body: { ...numbered.select, items } } } : cte));
  }
  return { query: { ...query, with: ctes }, carries };
}

interface Numbering {
  readonly select: Select;
  readonly item: Select['items'][number];
  readonly name: string;
  readonly window: WindowSpec;
}

/** `SELECT *, row_number() OVER (…) AS rn, … FROM one_relation`, where the keys of the window keep their names. */
function numbering(query: Query): Numbering | undefined {
  const { body } = query;
  if (
    body.kind !== 'select' ||
    query.with.length > 0 ||
    query.orderBy.length > 0 ||
    query.limit !== undefined ||
    query.offset !== undefined
  )
    return undefined;
  if (body.distinct || body.groupBy.length > 0 || body.having || !body.from || body.from.kind === 'join') return undefined;
  const numbers = body.items.filter(
    (item) => item.kind === 'column' && item.value.kind === 'call' && item.value.name === 'row_number',
  );
  const [item] = numbers;
  if (numbers.length !== 1 || item?.kind !== 'column' || item.alias === undefined || item.value.kind !== 'call') return undefined;
  const { over } = item.value;
  const window = over && named(over, body);
  if (!window || window.frame || !isOfNames(window)) return undefined;
  const keys = new Set([...window.partitionBy, ...window.orderBy.map((key) => key.value)].map(lastName));
  const redefines = (other: Select['items'][number]) =>
    other.kind === 'column' && other.alias !== undefined && lastName(other.value) !== other.alias && keys.has(other.alias);
  return body.items.some(redefines) ? undefined : { select: body, item, name: item.alias, window };
}

const lastName = (expression: Expression) => (expression.kind === 'name' ? expression.parts.at(-1) : undefined);

const named = (window: WindowSpec, select: Select) => (window.name === undefined ? window : select.windows[window.name]);
const isOfNames = ({ partitionBy, orderBy }: WindowSpec) =>
  [...partitionBy, ...orderBy.map((key) => key.value)].every((key) => key.kind === 'name');

function carryForward(select: Select, numbered: Numbering): CarryForward | undefined {
  if (select.groupBy.length > 0 || select.having || select.items.some((item) => item.kind === 'star')) return undefined;
  const groups: CarriedGroup[] = [];
  const values = new Map<Expression, { group: number; value: number }>();
  const positions = new Map<Expression, Expression>();
  let window: WindowSpec | undefined;
  const firstKey = numbered.window.orderBy[0];
  const visit = (expression: Expression): void => {
    if (expression.kind !== 'call' || !expression.over) {
      for (const child of children(expression)) visit(child);
      return;
    }
    const over = named(expression.over, select);
    const key = expression.args.at(-1);
    const rows = key && chosenRows(key);
    if (!over || !rows || !runsAlong(over, numbered.window) || !isPlainCall(expression) || !isRowLocal(rows.condition)) return;
    const { condition, chosen } = rows;
    const [value] = expression.args;
    if (
      expression.name === 'max_by' &&
      expression.args.length === 2 &&
      value &&
      isName(chosen, numbered.name) &&
      isRowLocal(value)
    ) {
      let group = groups.findIndex((known) => sameText(known.condition) === sameText(condition));
      if (group < 0) group = groups.push({ condition, values: [] }) - 1;
      values.set(expression, { group, value: (groups[group] as CarriedGroup).values.push(value) - 1 });
      window = over;
    } else if (
      expression.name === 'max' &&
      expression.args.length === 1 &&
      firstKey &&
      !firstKey.descending &&
      !firstKey.nullsFirst &&
      sameText(chosen) === sameText(firstKey.value)
    ) {
      positions.set(expression, condition);
    }
  };
  for (const item of select.items) if (item.kind === 'column') visit(item.value);
  return window && { window, groups, values, positions };
}

/** `CASE WHEN condition THEN x END` or `if(condition, x)`. */
function chosenRows(key: Expression): { condition: Expression; chosen: Expression } | undefined {
  if (key.kind === 'call' && key.name === 'if' && key.args.length === 2)
    return { condition: key.args[0] as Expression, chosen: key.args[1] as Expression };
  if (key.kind !== 'case' || key.operand || key.branches.length !== 1 || (key.otherwise && key.otherwise.kind !== 'null'))
    return undefined;
  const [branch] = key.branches;
  return branch && { condition: branch.when, chosen: branch.value };
}

function runsAlong(window: WindowSpec, numbered: WindowSpec): boolean {
  const { frame } = window;
  const running = frame?.unit === 'rows' && frame.start.kind === 'unbounded preceding' && frame.end.kind === 'current row';
  return running && sameText([window.partitionBy, window.orderBy]) === sameText([numbered.partitionBy, numbered.orderBy]);
}

const isPlainCall = (call: CallExpression) =>
  !call.distinct && !call.star && !call.filter && !call.nulls && call.orderBy.length === 0;
const isName = (expression: Expression, name: string) => expression.kind === 'name' && expression.parts.at(-1) === name;

const LOCAL = new Set([
  'null',
  'boolean',
  'integer',
  'decimal',
  'double',
  'string',
  'typed',
  'name',
  'compare',
  'and',
  'or',
  'not',
  'is-null',
  'in',
  'between',
  'cast',
  'case',
  'negate',
  'arithmetic',
]);
const isRowLocal = (expression: Expression) => !some(expression, (inner) => !LOCAL.has(inner.kind));

/** Whether the row number is read by anything but the calls that were rewritten. */
function readsElsewhere(select: Select, rowNumber: string, carry: CarryForward): boolean {
  const reads = (expression: Expression): boolean => {
    if (carry.values.has(expression))
      return (expression as CallExpression).args[0] !== undefined && reads((expression as CallExpression).args[0] as Expression);
    return isName(expression, rowNumber) || hasSubquery(expression) || children(expression).some(reads);
  };
  const spec = (window: WindowSpec) => [...window.partitionBy, ...window.orderBy.map((key) => key.value)];
  const conditions = carry.groups.map((group) => group.condition);
  const parts = [
    ...select.items.flatMap((item) => (item.kind === 'column' ? [item.value] : [])),
    ...(select.where ? [select.where] : []),
    ...conditions,
    ...Object.values(select.windows).flatMap(spec),
  ];
  return parts.some(reads);
}

const hasSubquery = ({ kind }: Expression) => kind === 'exists' || kind === 'subquery' || kind === 'in-query';

/** How often a name stands in a FROM anywhere in the query: more than once, and the row numbers must stay. */
function countReferences(query: Query, name: string): number {
  let count = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const relation = value as Relation;
    if (relation.kind === 'table' && Array.isArray(relation.name) && relation.name.join('.') === name) count += 1;
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(query);
  return count;
}
