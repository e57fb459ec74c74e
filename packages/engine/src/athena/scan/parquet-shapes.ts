/**
 * Which columns a Parquet file has. Files of one table differ when features were added, so files are read in groups of one
 * shape each, and what a shape lacks is NULL. Objects never change, so a file is looked at once.
 */
import type { DuckConnection } from '../duck/database.ts';
import { literal } from '../lower/scope.ts';
import type { DataFile } from './data-files.ts';

export interface ParquetColumn {
  readonly name: string;
  /** BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY; empty for nested columns. */
  readonly physical: string;
  /** What it stands for, such as `TimestampType(isAdjustedToUTC=0, unit=…MILLIS…)`. */
  readonly logical: string;
}

export type ParquetShape = readonly ParquetColumn[];

export interface ParquetShapes {
  /** Groups of files of one shape. */
  group(files: readonly DataFile[], connection: DuckConnection): Promise<{ shape: ParquetShape; files: DataFile[] }[]>;
}

interface SchemaRow {
  readonly name: string;
  readonly type: string | null;
  readonly children: number | null;
  readonly meaning: string | null;
}

/** The schema is a tree in depth-first order; its root comes first. */
function topLevel(rows: readonly SchemaRow[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (rows[at]?.children ?? 0); child += 1) next = skip(next);
    return next;
  };
  for (let at = 1; at < rows.length; at = skip(at)) {
    const row = rows[at] as SchemaRow;
    columns.push({ name: row.name, physical: (row.children ?? 0) > 0 ? '' : (row.type ?? ''), logical: row.meaning ?? '' });
  }
  return columns;
}

export function createParquetShapes(): ParquetShapes {
  const shapes = new Map<string, ParquetShape>();
  const shapeOfFile = new Map<string, string>();

  async function look(files: readonly string[], connection: DuckConnection): Promise<void> {
    const rows = await connection.rows(`
      SELECT shape, to_json(list(file_name)) FROM (
        SELECT file_name, CAST(to_json(list({name: name, type: type, children: num_children, meaning: concat_ws(' ', converted_type, logical_type)} ORDER BY column_id)) AS VARCHAR) AS shape
        FROM (SELECT *, row_number() OVER () AS column_id FROM parquet_schema([${files.map(literal).join(', ')}])) GROUP BY file_name)
      GROUP BY shape`);
    for (const [shape, names] of rows as [string, string][]) {
      if (!shapes.has(shape)) shapes.set(shape, topLevel(JSON.parse(shape) as SchemaRow[]));
      for (const name of JSON.parse(names) as string[]) shapeOfFile.set(name, shape);
    }
  }

  return {
    async group(files, connection) {
      const unseen = files.map(({ file }) => file).filter((file) => !shapeOfFile.has(file));
      if (unseen.length > 0) await look(unseen, connection);
      const groups = Map.groupBy(files, ({ file }) => shapeOfFile.get(file) ?? '');
      return [...groups].map(([shape, members]) => ({ shape: shapes.get(shape) ?? [], files: members }));
    },
  };
}
