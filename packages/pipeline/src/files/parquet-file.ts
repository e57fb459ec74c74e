/** A Parquet object, opened: its footer checked, its values read column by column over byte ranges. */
import { TidemarkError } from '@tidemark/domain';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { decimalOf, exactParsers } from './parquet-values.ts';

/** Random access to the bytes of an object. */
export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

export interface ParquetFile {
  /** Top-level columns in their order. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Rows of each row group. */
  readonly groupRows: readonly number[];
  /** Values of rows `[start, end)` by column, of all columns or of those named. */
  readonly read: (start: number, end: number, columns?: readonly string[]) => Promise<ReadonlyMap<string, readonly unknown[]>>;
}

/** @throws FILE_EMPTY, FILE_UNDECODABLE, FILE_TRUNCATED; what `slice` throws passes as it is. */
export async function openParquet(file: RandomAccess): Promise<ParquetFile> {
  if (file.byteLength === 0) throw new TidemarkError('FILE_EMPTY', 'the file has no bytes');
  const access = watched(file);
  const magic = Buffer.from(await file.slice(0, Math.min(4, file.byteLength))).toString('latin1');
  if (!'PAR1'.startsWith(magic)) throw new TidemarkError('FILE_UNDECODABLE', 'the file does not begin like a Parquet file');
  const metadata = await access.run('its footer is missing or damaged', async () => {
    const parsed = await parquetMetadataAsync(access.buffer, { geoparquet: false });
    assertWithin(parsed, file.byteLength);
    return parsed;
  });
  const scales = readDecimalsUnscaled(metadata.schema);
  const names = topLevelElements(metadata.schema).map((element) => element.name);
  const read = (start: number, end: number, columns: readonly string[] = names) =>
    access.run('a page of it is damaged', async () => {
      const values = new Map(columns.map((name) => [name, new Array<unknown>(end - start).fill(null)]));
      let filled = 0;
      await parquetRead({
        file: access.buffer,
        metadata,
        rowStart: start,
        rowEnd: end,
        columns: [...columns],
        compressors,
        parsers: exactParsers,
        utf8: false,
        geoparquet: false,
        useOffsetIndex: true,
        // Hands over whole pages, which may begin before the range and end after it.
        onChunk: ({ columnName, columnData, rowStart, rowEnd }) => {
          const column = values.get(columnName) as unknown[];
          const from = Math.max(rowStart, start);
          const to = Math.min(rowEnd, end);
          for (let row = from; row < to; row++) column[row - start] = columnData[row - rowStart] ?? null;
          filled += Math.max(to - from, 0);
        },
      });
      if (filled !== (end - start) * columns.length) throw new Error('fewer values than the footer promises');
      for (const name of columns) {
        const scale = scales.get(name);
        if (scale !== undefined)
          values.set(
            name,
            (values.get(name) as unknown[]).map((unscaled) => decimalOf(unscaled, scale)),
          );
      }
      return values;
    });
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  return { columns: names, rows: Number(metadata.num_rows), groupRows, read };
}

/** A row range cut at the borders of row groups: what is decoded at a time. */
export function withinGroups(
  file: ParquetFile,
  range: { readonly start: number; readonly end: number },
): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let groupStart = 0;
  for (const rows of file.groupRows) {
    const start = Math.max(groupStart, range.start);
    const end = Math.min(groupStart + rows, range.end);
    if (start < end) parts.push({ start, end });
    groupStart += rows;
  }
  return parts;
}

/** Tells the failures of storage, which pass, from those of decoding, which are the file's. */
function watched(file: RandomAccess) {
  let failure: { readonly error: unknown } | undefined;
  const buffer: AsyncBuffer = {
    byteLength: file.byteLength,
    slice: (start, end) =>
      file.slice(start, end).catch((error: unknown) => {
        failure = { error };
        throw error;
      }),
  };
  const run = async <T>(damage: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw new TidemarkError('FILE_TRUNCATED', `the file is no whole Parquet file, ${damage}: export it again`, {
        cause: error,
      });
    }
  };
  return { buffer, run };
}

function assertWithin(metadata: FileMetaData, byteLength: number): void {
  const end = byteLength - metadata.metadata_length - 8;
  for (const { meta_data: meta } of metadata.row_groups.flatMap((group) => group.columns)) {
    if (meta === undefined) throw new Error('a column chunk without metadata');
    if (Number((meta.dictionary_page_offset || meta.data_page_offset) + meta.total_compressed_size) > end)
      throw new Error('a page beyond the end');
  }
}

/** Marks un-annotated byte arrays as text, and takes the annotation from top-level decimals. Decimal column → digits behind the point. */
function readDecimalsUnscaled(schema: SchemaElement[]): ReadonlyMap<string, number> {
  const scales = new Map<string, number>();
  const topLevel = new Set(topLevelElements(schema));
  for (const element of schema) {
    const annotated = element.converted_type !== undefined || element.logical_type !== undefined;
    if (element.type === 'BYTE_ARRAY' && !annotated) element.converted_type = 'UTF8';
    const decimal = element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';
    if (!decimal || !topLevel.has(element)) continue;
    scales.set(element.name, element.scale ?? 0);
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

function topLevelElements(schema: readonly SchemaElement[]): SchemaElement[] {
  const elements: SchemaElement[] = [];
  const width = (at: number): number => {
    let size = 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) size += width(at + size);
    return size;
  };
  for (let at = 1; at < schema.length; at += width(at)) elements.push(schema[at] as SchemaElement);
  return elements;
}
