/** A parsed query to DuckDB SQL with holes for its tables. */

import type { TableDefinition } from '../scan/table-definition.ts';
import type { Query } from '../sql/ast.ts';
import type { Position } from '../sql/query-error.ts';
import { lowerQuery } from './query.ts';
import type { LoweredQuery, Lowering, Scan } from './scope.ts';

export interface CompiledQuery extends LoweredQuery {
  readonly scans: readonly Scan[];
}

export interface CompileOptions {
  readonly nowMs: number;
  /** Off only to compare a rewritten query with its text word for word. */
  readonly optimise?: boolean;
}

export function compileQuery(
  query: Query,
  table: (name: readonly string[], at: Position) => TableDefinition,
  options: CompileOptions,
): CompiledQuery {
  let count = 0;
  const scans: Scan[] = [];
  const lowering: Lowering = {
    nowMs: options.nowMs,
    optimise: options.optimise ?? true,
    scans,
    table,
    fresh: (prefix) => `${prefix}${++count}`,
    query: (inner, ctes, outer) => lowerQuery(inner, ctes, outer, lowering),
  };
  return { ...lowerQuery(query, new Map(), undefined, lowering), scans };
}
