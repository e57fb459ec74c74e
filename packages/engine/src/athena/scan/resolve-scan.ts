/** A table reference to the DuckDB text that reads its files: pruned by partition first, then grouped by shape. */
import type { GlueStore } from '../../glue/glue-store.ts';
import type { Buckets } from '../../ports.ts';
import type { DuckConnection } from '../duck/database.ts';
import { causeText, queryError } from '../duck/failure.ts';
import { castTo } from '../lower/cast.ts';
import { literal, type Scan } from '../lower/scope.ts';
import { QueryError } from '../sql/query-error.ts';
import { duckType, quoted, VARCHAR } from '../sql/types.ts';
import { type DataFile, dataFiles } from './data-files.ts';
import type { ParquetShapes } from './parquet-shapes.ts';
import { parquetColumn } from './read-parquet.ts';
import type { TableColumn } from './table-definition.ts';
import { byCompression, isParquet, textSource } from './text-formats.ts';

export interface ScanParts {
  readonly buckets: Buckets;
  readonly glue: GlueStore;
  readonly shapes: ParquetShapes;
}

export interface ResolvedScan {
  readonly sql: string;
  readonly scannedBytes: number;
}

export async function resolveScan(scan: Scan, parts: ScanParts, connection: DuckConnection): Promise<ResolvedScan> {
  const all = dataFiles(scan.table, parts.buckets, parts.glue);
  const files = await prune(scan, all, connection);
  const columns = scan.table.columns.filter((column) => scan.used.has(column.name));
  if (files.length === 0) {
    const nothing = columns.map((column) => `CAST(NULL AS ${duckType(column.type)}) AS ${quoted(column.name)}`);
    return { sql: `(SELECT ${nothing.join(', ') || '1 AS tm_row'} WHERE false)`, scannedBytes: 0 };
  }
  const keys = scan.table.columns.filter((column) => column.isPartition);
  const read = (from: string, group: readonly DataFile[], text: (column: TableColumn) => string) =>
    readGroup({ from, group, columns, keys, text });
  const selects = isParquet(scan.table)
    ? await readShapes(parts.shapes, files, connection, read)
    : byCompression(files).map((group) => {
        const source = textSource(scan.table, group);
        return read(source.from, group, source.column);
      });
  return { sql: `(${selects.join(' UNION ALL ')})`, scannedBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
}

async function readShapes(
  shapes: ParquetShapes,
  files: readonly DataFile[],
  connection: DuckConnection,
  read: (from: string, group: readonly DataFile[], text: (column: TableColumn) => string) => string,
): Promise<string[]> {
  const groups = await shapes.group(files, connection).catch((error: unknown) => {
    const broken = files.find(({ file }) => causeText(error).includes(file));
    throw broken ? new QueryError('HIVE_CANNOT_OPEN_SPLIT', `${broken.key} is not a Parquet file`) : queryError(error);
  });
  return groups.map(({ shape, files: group }) => {
    const from = `read_parquet([${group.map(({ file }) => literal(file)).join(', ')}], hive_partitioning = false, filename = 'tm_file')`;
    return read(from, group, (column) => parquetColumn(column, shape, group[0]?.key ?? ''));
  });
}

interface Group {
  readonly from: string;
  readonly group: readonly DataFile[];
  readonly columns: readonly TableColumn[];
  readonly keys: readonly TableColumn[];
  readonly text: (column: TableColumn) => string;
}

/** Partition values are constants where all files share them, and are joined by file name where they do not. */
function readGroup({ from, group, columns, keys, text }: Group): string {
  const partitionValue = (column: TableColumn, file: DataFile) => file.partition[keys.indexOf(column)] ?? null;
  const typed = (sql: string, column: TableColumn) =>
    castTo({ sql, type: VARCHAR }, column.type, { line: 1, column: 1 }, false).sql;
  const varying = columns.filter(
    (column) =>
      column.isPartition && group.some((file) => partitionValue(column, file) !== partitionValue(column, group[0] as DataFile)),
  );
  const items = columns.map((column) => {
    if (!column.isPartition) return `${text(column)} AS ${quoted(column.name)}`;
    if (varying.includes(column)) return `${typed(`p.${quoted(column.name)}`, column)} AS ${quoted(column.name)}`;
    return `${typed(textOrNull(partitionValue(column, group[0] as DataFile)), column)} AS ${quoted(column.name)}`;
  });
  const list = items.join(', ') || '1 AS tm_row';
  if (varying.length === 0) return `SELECT ${list} FROM ${from}`;
  const rows = group.map(
    (file) => `(${literal(file.file)}, ${varying.map((column) => textOrNull(partitionValue(column, file))).join(', ')})`,
  );
  const names = ['tm_path', ...varying.map((column) => quoted(column.name))];
  return `SELECT ${list} FROM ${from} JOIN (VALUES ${rows.join(', ')}) AS p(${names.join(', ')}) ON tm_path = tm_file`;
}

const textOrNull = (value: string | null) => (value === null ? 'CAST(NULL AS VARCHAR)' : literal(value));

async function prune(scan: Scan, files: readonly DataFile[], connection: DuckConnection): Promise<readonly DataFile[]> {
  if (scan.partitionPredicates.length === 0 || files.length === 0) return files;
  const keys = scan.table.columns.filter((column) => column.isPartition);
  const partitions = Map.groupBy(files, (file) => JSON.stringify(file.partition));
  const rows = [...partitions.values()].map(
    (group, i) => `(${[i, ...(group[0] as DataFile).partition.map(textOrNull)].join(', ')})`,
  );
  const columns = keys.map(
    (key) =>
      `${castTo({ sql: quoted(key.name), type: VARCHAR }, key.type, { line: 1, column: 1 }, false).sql} AS ${quoted(key.name)}`,
  );
  const kept = await connection.rows(`
    SELECT tm_index FROM (SELECT tm_index, ${columns.join(', ')} FROM (VALUES ${rows.join(', ')}) AS v(tm_index, ${keys.map((key) => quoted(key.name)).join(', ')})) AS ${scan.relation}
    WHERE ${scan.partitionPredicates.join(' AND ')}`);
  const groups = [...partitions.values()];
  return kept.flatMap(([index]) => groups[Number(index)] ?? []);
}
