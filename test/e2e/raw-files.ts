/**
 * The example's raw files and labels read as plainly as can be, with none of the pipeline's code: what the brute-force
 * check of a data set loops over.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';

export type Cells = Readonly<Record<string, unknown>>;

async function queryParquet(path: string): Promise<Cells[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const found = await connection.runAndReadAll(
      `SELECT * FROM read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false)`,
    );
    return found.getRowObjectsJson() as Cells[];
  } finally {
    connection.closeSync();
  }
}

/** A row as it could be understood, or undefined for a damaged one. */
function jsonRow(line: string): Cells | undefined {
  try {
    return JSON.parse(line) as Cells;
  } catch {
    return undefined;
  }
}

/** Every row of a raw file; damaged ones are left out here by nothing but what they look like. */
export async function readRawRows(path: string): Promise<Cells[]> {
  if (path.endsWith('.parquet')) return queryParquet(path);
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  if (path.endsWith('.csv')) return parse(text, { columns: true, skip_records_with_error: true, bom: true }) as Cells[];
  return text.split('\n').flatMap((line): Cells[] => {
    const row = line === '' ? undefined : jsonRow(line);
    return row === undefined ? [] : [row];
  });
}

export const readParquetRows = queryParquet;
