/** The part of Trino's grammar that this engine runs, as trees. Names of columns, tables and functions are lower case. */
import type { Position } from './query-error.ts';
import type { Type } from './types.ts';

interface Node {
  readonly at: Position;
}

export interface SortKey extends Node {
  readonly value: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface WindowSpec {
  /** The name of a window that this one refers to, alone. */
  readonly name?: string;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly frame?: { readonly unit: 'rows' | 'range' | 'groups'; readonly start: FrameBound; readonly end: FrameBound };
}

export interface FrameBound {
  readonly kind: 'unbounded preceding' | 'preceding' | 'current row' | 'following' | 'unbounded following';
  readonly offset?: Expression;
}

export interface CallExpression extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly SortKey[];
  readonly filter?: Expression;
  readonly nulls?: 'ignore' | 'respect';
  readonly over?: WindowSpec;
}

export type Expression =
  | (Node & { readonly kind: 'null' })
  | (Node & { readonly kind: 'boolean'; readonly value: boolean })
  | (Node & { readonly kind: 'integer' | 'decimal' | 'double' | 'string' | 'hex'; readonly text: string })
  /** `timestamp '…'`, `date '…'`, `bigint '…'` */
  | (Node & { readonly kind: 'typed'; readonly type: TypeName; readonly text: string })
  | (Node & { readonly kind: 'interval'; readonly text: string; readonly unit: string; readonly negative: boolean })
  | (Node & { readonly kind: 'name'; readonly parts: readonly string[] })
  | (Node & { readonly kind: 'field'; readonly base: Expression; readonly field: string })
  | (Node & { readonly kind: 'subscript'; readonly base: Expression; readonly index: Expression })
  | (Node & { readonly kind: 'negate' | 'not'; readonly operand: Expression })
  | (Node & {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/' | '%';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Node & { readonly kind: 'concat'; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'between'; readonly operand: Expression; readonly low: Expression; readonly high: Expression })
  | (Node & { readonly kind: 'in'; readonly operand: Expression; readonly list: readonly Expression[] })
  | (Node & { readonly kind: 'in-query'; readonly operand: Expression; readonly query: Query })
  | (Node & { readonly kind: 'like'; readonly operand: Expression; readonly pattern: Expression; readonly escape?: Expression })
  | (Node & { readonly kind: 'is-null'; readonly operand: Expression })
  | (Node & { readonly kind: 'distinct-from'; readonly left: Expression; readonly right: Expression })
  | (Node & {
      readonly kind: 'case';
      readonly operand?: Expression;
      readonly branches: readonly { when: Expression; value: Expression }[];
      readonly otherwise?: Expression;
    })
  | (Node & { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName; readonly attempt: boolean })
  | (Node & { readonly kind: 'extract'; readonly field: string; readonly operand: Expression })
  | (Node & { readonly kind: 'at-zone'; readonly operand: Expression; readonly zone: Expression })
  | (Node & { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Expression })
  | (Node & { readonly kind: 'row' | 'array'; readonly items: readonly Expression[] })
  | (Node & { readonly kind: 'exists' | 'subquery'; readonly query: Query })
  | (Node & { readonly kind: 'current'; readonly what: 'date' | 'timestamp' | 'localtimestamp' })
  | CallExpression;

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface TypeName extends Node {
  readonly type: Type;
}

export type SelectItem =
  | (Node & { readonly kind: 'column'; readonly value: Expression; readonly alias?: string })
  | (Node & { readonly kind: 'star'; readonly relation?: readonly string[] });

export type Relation =
  | (Node & { readonly kind: 'table'; readonly name: readonly string[]; readonly alias?: Alias })
  | (Node & { readonly kind: 'derived'; readonly query: Query; readonly alias?: Alias; readonly lateral: boolean })
  | (Node & {
      readonly kind: 'unnest';
      readonly items: readonly Expression[];
      readonly ordinality: boolean;
      readonly alias?: Alias;
    })
  | (Node & {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
      readonly left: Relation;
      readonly right: Relation;
      readonly on?: Expression;
      readonly using?: readonly string[];
    });

export interface Alias {
  readonly name: string;
  readonly columns?: readonly string[];
}

export type Grouping =
  | { readonly kind: 'simple'; readonly value: Expression }
  | { readonly kind: 'rollup' | 'cube' | 'sets'; readonly sets: readonly (readonly Expression[])[] };

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: Relation;
  readonly where?: Expression;
  readonly groupBy: readonly Grouping[];
  readonly having?: Expression;
  readonly windows: Readonly<Record<string, WindowSpec>>;
}

export type QueryBody =
  | Select
  | (Node & { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] })
  | (Node & {
      readonly kind: 'set';
      readonly operator: 'union' | 'intersect' | 'except';
      readonly all: boolean;
      readonly left: QueryBody;
      readonly right: QueryBody;
    })
  | (Node & { readonly kind: 'nested'; readonly query: Query });

export interface Query extends Node {
  readonly with: readonly {
    readonly name: string;
    readonly columns?: readonly string[];
    readonly query: Query;
    readonly at: Position;
  }[];
  readonly body: QueryBody;
  readonly orderBy: readonly SortKey[];
  readonly limit?: number;
  readonly offset?: number;
}
