/**
 * Lowering turns a parsed query into DuckDB SQL, with Trino's types and names worked out on the way.
 *
 * Everything that is lowered together shares a `Lowering`; what a name can mean is in a `Scope`, whose parent is the
 * enclosing query's. Tables become placeholders, since which files they are is known only once all predicates are.
 */

import type { TableDefinition } from '../scan/table-definition.ts';
import type { Expression, Query, WindowSpec } from '../sql/ast.ts';
import { type Position, QueryError } from '../sql/query-error.ts';
import type { Type } from '../sql/types.ts';

export interface Lowered {
  readonly sql: string;
  readonly type: Type;
  /** The value of a literal. */
  readonly constant?: string | number | boolean;
  /** For a time whose zone came with its text: the same value, failing for any other offset than UTC. */
  readonly inUtc?: string;
  /** For a digest: its hexadecimal digits. */
  readonly digits?: string;
}

export interface Scan {
  readonly placeholder: string;
  /** The relation's name in the lowered text; predicates over partition columns are written in terms of it. */
  readonly relation: string;
  readonly table: TableDefinition;
  /** Columns that the query reads. */
  readonly used: Set<string>;
  /** DuckDB predicates over partition columns alone, applied before a file is opened. */
  readonly partitionPredicates: string[];
}

export interface Column {
  /** What may stand before the name: `t`, or `db.t` and `catalog.db.t`. Empty for a USING column. */
  readonly qualifiers: readonly string[];
  readonly name: string;
  readonly sql: string;
  readonly type: Type;
  readonly scan?: Scan;
  /** Its name in the table, whatever the query calls it. */
  readonly tableColumn?: string;
  readonly isPartition?: boolean;
  /** On the side of an outer join that may be filled with NULLs: predicates cannot move below it. */
  readonly isNullable?: boolean;
}

export interface CommonTable {
  readonly sqlName: string;
  readonly columns: readonly OutputColumn[];
  readonly query: Query;
}

export interface Scope {
  readonly columns: readonly Column[];
  readonly parent?: Scope | undefined;
  readonly ctes: ReadonlyMap<string, CommonTable>;
  readonly windows: Readonly<Record<string, WindowSpec>>;
  /** Parameters of enclosing lambdas. */
  readonly bindings?: ReadonlyMap<string, Lowered>;
  /** Expressions that were computed below already: the optimiser's doing. */
  readonly computed?: ReadonlyMap<Expression, Lowered>;
}

export interface OutputColumn {
  /** As Athena shows it; may repeat. */
  readonly name: string;
  /** As the lowered text names it; unique. */
  readonly sqlName: string;
  readonly type: Type;
}

export interface LoweredQuery {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

export interface Lowering {
  readonly nowMs: number;
  readonly optimise: boolean;
  readonly scans: Scan[];
  /** @throws TABLE_NOT_FOUND */
  table(name: readonly string[], at: Position): TableDefinition;
  fresh(prefix: string): string;
  query(query: Query, ctes: Scope['ctes'], outer: Scope | undefined): LoweredQuery;
}

export function findColumn(parts: readonly string[], scope: Scope, at: Position): Column | undefined {
  const name = parts.at(-1) as string;
  const qualifier = parts.slice(0, -1).join('.');
  const found = scope.columns.filter(
    (column) => column.name === name && (qualifier === '' || column.qualifiers.includes(qualifier)),
  );
  if (found.length > 1) throw new QueryError('AMBIGUOUS_NAME', `Column '${name}' is ambiguous`, at);
  return found[0] ?? (scope.parent && findColumn(parts, scope.parent, at));
}

export const columnNotFound = (parts: readonly string[], at: Position) =>
  new QueryError(
    'COLUMN_NOT_FOUND',
    `Column '${parts.join('.')}' cannot be resolved or requester is not authorized to access requested resources`,
    at,
  );

export function useColumn(column: Column): Lowered {
  if (column.tableColumn !== undefined) column.scan?.used.add(column.tableColumn);
  return { sql: column.sql, type: column.type };
}

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
