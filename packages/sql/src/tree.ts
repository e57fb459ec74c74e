/**
 * Queries as trees: only the nodes that our plans need, each a plain object, and short functions that make them.
 *
 * What a tree says is Trino's SQL. Names are written as they are in the tables; quoting is the printer's business.
 */
export interface TableName {
  readonly database: string;
  readonly name: string;
}

export type SqlType = 'varchar' | 'bigint' | 'double' | 'boolean';
export type Operator = 'OR' | 'AND' | '=' | '<>' | '<' | '<=' | '>' | '>=' | '||' | '+' | '-' | '*' | '/';

export interface SortKey {
  readonly value: Expression;
  readonly descending?: boolean;
}

export interface Window {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  /** `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`; absent: no frame is written. */
  readonly running?: boolean;
}

export type Expression =
  | { readonly kind: 'column'; readonly name: string; readonly of?: string }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly over?: Window | string }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly operands: readonly Expression[] }
  | { readonly kind: 'between'; readonly value: Expression; readonly low: Expression; readonly high: Expression }
  | { readonly kind: 'is-null'; readonly value: Expression; readonly negated: boolean }
  | { readonly kind: 'cast'; readonly value: Expression; readonly type: SqlType }
  | { readonly kind: 'case'; readonly branches: readonly Branch[]; readonly otherwise?: Expression };

export interface Branch {
  readonly condition: Expression;
  readonly value: Expression;
}

export type Relation =
  | { readonly kind: 'table'; readonly table: TableName }
  | { readonly kind: 'with'; readonly name: string }
  | { readonly kind: 'derived'; readonly select: Select };

export interface SelectColumn {
  readonly value: Expression;
  readonly as?: string;
}

export interface Select {
  readonly kind: 'select';
  /** `*` in front of the columns. */
  readonly all?: boolean;
  readonly columns: readonly SelectColumn[];
  readonly from: Relation;
  /** Every row once for each of these numbers, which stand in the column: one scan of the relation, whatever their number. */
  readonly times?: { readonly column: string; readonly values: readonly number[] };
  /** Inner joins to named queries. */
  readonly joins?: readonly { readonly name: string; readonly on: Expression }[];
  /** All of them hold. */
  readonly where?: readonly Expression[];
  readonly windows?: Readonly<Record<string, Window>>;
}

export interface UnionAll {
  readonly kind: 'union-all';
  readonly selects: readonly Select[];
}

export interface NamedQuery {
  readonly name: string;
  readonly body: Select | UnionAll;
}

export interface Query {
  readonly with: readonly NamedQuery[];
  readonly body: Select;
}

export const column = (name: string, of?: string): Expression => ({ kind: 'column', name, ...(of === undefined ? {} : { of }) });
export const integer = (value: bigint | number): Expression => ({ kind: 'integer', value: BigInt(value) });
export const text = (value: string): Expression => ({ kind: 'text', value });
export const bool = (value: boolean): Expression => ({ kind: 'boolean', value });
export const NULL: Expression = { kind: 'null' };
export const call = (name: string, ...args: readonly Expression[]): Expression => ({ kind: 'call', name, args });
export const over = (window: Window | string, name: string, ...args: readonly Expression[]): Expression => ({
  kind: 'call',
  name,
  args,
  over: window,
});
export const cast = (value: Expression, type: SqlType): Expression => ({ kind: 'cast', value, type });
export const operation = (operator: Operator, ...operands: readonly Expression[]): Expression => ({
  kind: 'operation',
  operator,
  operands,
});
export const isNull = (value: Expression): Expression => ({ kind: 'is-null', value, negated: false });
export const isNotNull = (value: Expression): Expression => ({ kind: 'is-null', value, negated: true });
export const between = (value: Expression, low: Expression, high: Expression): Expression => ({
  kind: 'between',
  value,
  low,
  high,
});
export const when = (condition: Expression, value: Expression, otherwise?: Expression): Expression => ({
  kind: 'case',
  branches: [{ condition, value }],
  ...(otherwise === undefined ? {} : { otherwise }),
});
