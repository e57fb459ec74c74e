/** Columns in memory ↔ Parquet, over hyparquet. Snappy pages, row groups of 100,000 rows, statistics: DuckDB, Arrow and Athena read it. */
import { TidemarkError } from '@tidemark/domain';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openParquet, type RandomAccess, withinGroups } from './parquet-file.ts';

/** TIMESTAMP: milliseconds since 1970 in UTC. */
export type ParquetColumnType = 'STRING' | 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP';

export interface ColumnData {
  readonly name: string;
  readonly type: ParquetColumnType;
  /** null and undefined are NULL. INT64 takes whole numbers and bigint, TIMESTAMP those and Date. */
  readonly data: ArrayLike<unknown>;
}

function areInt64(data: ArrayLike<unknown>): boolean {
  for (let at = 0; at < data.length; at++) if (typeof data[at] !== 'bigint' && data[at] !== null) return false;
  return true;
}
const toInt64 = (value: unknown) => (value === null || value === undefined ? null : BigInt(value as number | bigint));

/** Columns of equal length, zero rows included, every column nullable → the bytes of a file, equal for equal input. */
export function writeParquet(
  columns: readonly ColumnData[],
  options: { readonly codec?: 'SNAPPY' | 'UNCOMPRESSED' } = {},
): Uint8Array {
  const rows = columns[0]?.data.length ?? 0;
  const uneven = columns.find((column) => column.data.length !== rows);
  if (uneven !== undefined)
    throw new TidemarkError('INTERNAL', `column ${uneven.name} has ${uneven.data.length} values, the first one ${rows}`);
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, type, data }) => ({
      name,
      type,
      data: type === 'INT64' && !areInt64(data) ? Array.from(data, toInt64) : Array.isArray(data) ? data : Array.from(data),
    })),
    codec: options.codec ?? 'SNAPPY',
    rowGroupSize: 100_000,
    createdBy: 'tidemark',
  });
  return new Uint8Array(buffer);
}

/**
 * Values by column name, of all columns or of those named, as `readParquetChunk` gives them; null for NULL.
 * @throws FILE_EMPTY, FILE_UNDECODABLE or FILE_TRUNCATED, and FILE_UNKNOWN_COLUMN for a name that the file does not have.
 */
export async function readParquetColumns(
  file: RandomAccess | Uint8Array,
  columns?: readonly string[],
  range: { readonly start: number; readonly end: number } = { start: 0, end: Number.POSITIVE_INFINITY },
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const opened = await openParquet(file instanceof Uint8Array ? inMemory(file) : file);
  const names = columns ?? opened.columns;
  const unknown = names.find((name) => !opened.columns.includes(name));
  if (unknown !== undefined)
    throw new TidemarkError('FILE_UNKNOWN_COLUMN', `the file has no column "${unknown}"`, { field: unknown });
  const all = new Map<string, readonly unknown[]>(names.map((name) => [name, []]));
  for (const { start, end } of withinGroups(opened, range)) {
    for (const [name, values] of await opened.read(start, end, names)) {
      const read = all.get(name) ?? [];
      all.set(name, read.length === 0 ? values : read.concat(values));
    }
  }
  return Object.fromEntries(all);
}

/** Bytes at hand as the random access that the readers take. */
export const inMemory = (bytes: Uint8Array): RandomAccess => ({
  byteLength: bytes.byteLength,
  // A copy: the buffer under a view may be larger than the view.
  slice: async (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
});
