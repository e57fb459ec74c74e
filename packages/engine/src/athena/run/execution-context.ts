/** What running a statement needs, and what it leaves behind. */
import type { EngineContext } from '../../engine-context.ts';
import type { GlueStore } from '../../glue/glue-store.ts';
import type { Buckets } from '../../ports.ts';
import type { DuckConnection } from '../duck/database.ts';
import type { ParquetShapes } from '../scan/parquet-shapes.ts';
import { type TableDefinition, tableDefinition } from '../scan/table-definition.ts';
import { type Position, QueryError } from '../sql/query-error.ts';

export interface ExecutionContext {
  readonly engine: EngineContext;
  readonly buckets: Buckets;
  readonly glue: GlueStore;
  readonly shapes: ParquetShapes;
  readonly connection: DuckConnection;
  readonly executionId: string;
  readonly submittedMs: number;
  readonly database: string;
  /** `s3://bucket/prefix/` of the results. */
  readonly outputFolder: string;
  /** @throws AwsError when the role may not learn where the results' bucket is, which comes first of all. */
  readonly mayWriteResults: () => void;
  /** A directory of this execution's own, below the data directory; removed when it ends. */
  readonly workDir: string;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

export interface Outcome {
  readonly columns: readonly ResultColumn[];
  /** Where GetQueryResults reads; undefined when there are no rows to read. */
  readonly resultFormat?: 'csv' | 'text';
  readonly scannedBytes: number;
  readonly manifestLocation?: string;
  readonly updateCount?: number;
}

const CATALOG = 'awsdatacatalog';

/** `t`, `db.t` or `awsdatacatalog.db.t`, as database and name. */
export function tableName(
  parts: readonly string[],
  context: ExecutionContext,
  at?: Position,
): { database: string; name: string } {
  const [name, database = context.database.toLowerCase(), catalog = CATALOG] = [...parts].reverse() as [string, string?, string?];
  if (parts.length > 3 || catalog !== CATALOG)
    throw new QueryError('CATALOG_NOT_FOUND', `Catalog '${catalog}' does not exist`, at);
  return { database, name };
}

export function findTable(parts: readonly string[], context: ExecutionContext, at?: Position): TableDefinition {
  const { database, name } = tableName(parts, context, at);
  const record = context.glue.table(database, name);
  if (record) return tableDefinition(record);
  if (!context.glue.database(database)) throw new QueryError('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`, at);
  throw new QueryError('TABLE_NOT_FOUND', `Table '${CATALOG}.${database}.${name}' does not exist`, at);
}
