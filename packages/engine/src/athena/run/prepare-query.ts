/** A query with its tables resolved to files: ready for DuckDB. */
import { compileQuery } from '../lower/compile.ts';
import type { OutputColumn } from '../lower/scope.ts';
import { resolveScan } from '../scan/resolve-scan.ts';
import type { Query } from '../sql/ast.ts';
import { type ExecutionContext, findTable } from './execution-context.ts';

export interface PreparedQuery {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
  readonly scannedBytes: number;
}

export async function prepareQuery(query: Query, context: ExecutionContext): Promise<PreparedQuery> {
  const compiled = compileQuery(query, (name, at) => findTable(name, context, at), { nowMs: context.submittedMs });
  let { sql } = compiled;
  let scannedBytes = 0;
  for (const scan of compiled.scans) {
    const resolved = await resolveScan(scan, context, context.connection);
    // A function, since the text may hold `$&`.
    sql = sql.replace(scan.placeholder, () => resolved.sql);
    scannedBytes += resolved.scannedBytes;
  }
  return { sql, columns: compiled.columns, scannedBytes };
}
