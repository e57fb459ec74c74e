/**
 * Streams once over a text file and cuts it into chunks that never split a row.
 *
 * stored bytes → (gunzip) → buffers → row ends → chunks. A plain file's chunks are byte ranges of the object itself.
 * A gzip file cannot be read from the middle, so its rows are handed to `saveChunk` as they come by. What is held in
 * memory is one buffer, one open row (at most 4 MB) and, for gzip, one open chunk.
 */
import { isRefusal, type Refusal, type RefusalCode, refuse, TidemarkError } from '@tidemark/domain';
import { ChunkCutter } from './chunk-cutter.ts';
import { parseCsvHeader } from './csv-header.ts';
import type { Chunk, FilePlan } from './file-plan.ts';
import { openParquet, type RandomAccess } from './parquet-file.ts';
import { RowScanner } from './row-scanner.ts';
import { byteOrderMarkLength, openStoredText } from './stored-text.ts';

export type { Chunk, FilePlan } from './file-plan.ts';

export const MAX_ROW_BYTES = 4 * 1024 * 1024;

export interface TextPlanOptions {
  readonly format: 'csv' | 'jsonl';
  readonly gzip: boolean;
  /** A chunk ends with the row that reaches either. */
  readonly targetChunkBytes: number;
  readonly targetChunkRows: number;
  /** Called for gzip only, in order, with the decompressed rows of a chunk; no header, no byte order mark. */
  readonly saveChunk: (index: number, bytes: Uint8Array) => Promise<void>;
}

/**
 * Stored bytes → plan, or why the file as a whole is refused: FILE_EMPTY (no bytes, no rows, or a header only),
 * FILE_UNDECODABLE (a header that cannot be used, UTF-16), FILE_TRUNCATED (gzip), FILE_ROW_TOO_LONG.
 */
export async function planTextFile(stored: AsyncIterable<Uint8Array>, options: TextPlanOptions): Promise<FilePlan | Refusal> {
  return await planText(stored, options).catch(refusalOf);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof TidemarkError && error.code.startsWith('FILE_')) return refuse(error.code as RefusalCode, error.message);
  throw error;
}

async function planText(stored: AsyncIterable<Uint8Array>, options: TextPlanOptions): Promise<FilePlan> {
  const file = openStoredText(stored, options.gzip);
  const scanner = new RowScanner(options.format);
  const cutter = new ChunkCutter({ ...options, saveChunk: options.gzip ? options.saveChunk : undefined });
  let header: readonly string[] | undefined;
  let headerBytes: Buffer[] = [];
  let base = 0;
  let rowStart = 0;

  /** True when the chunk has become full. */
  const endRow = (buffer: Buffer, from: number, to: number): boolean => {
    if (options.format === 'jsonl' || header !== undefined) return cutter.add(base + to);
    header = parseCsvHeader(Buffer.concat([...headerBytes, buffer.subarray(from, to)]));
    cutter.begin(base + to, scanner.line);
    return false;
  };

  for await (const buffer of file.text) {
    let at = 0;
    if (base === 0) {
      at = rowStart = byteOrderMarkLength(buffer);
      cutter.begin(at, scanner.line);
    }
    cutter.enter(buffer, base);
    for (;;) {
      const line = scanner.line;
      const end = scanner.next(buffer, at);
      if (base + (end === -1 ? buffer.length : end) - rowStart > MAX_ROW_BYTES) throw rowTooLong(line);
      if (end === -1) break;
      if (!scanner.blank && endRow(buffer, at, end)) await cutter.cut(base + end, scanner.line);
      headerBytes = [];
      at = end;
      rowStart = base + end;
    }
    if (options.format === 'csv' && header === undefined) headerBytes.push(buffer.subarray(at));
    base += buffer.length;
  }
  if (scanner.openRow) endRow(Buffer.alloc(0), 0, 0);
  await cutter.cut(base, scanner.line);
  if (cutter.rows === 0) throw new TidemarkError('FILE_EMPTY', base === 0 ? 'the file has no bytes' : 'the file has no rows');
  const names = header === undefined ? {} : { header };
  return {
    format: options.format,
    ...names,
    rows: cutter.rows,
    sizeBytes: file.sizeBytes(),
    sha256: file.sha256(),
    chunks: cutter.chunks,
  };
}

const rowTooLong = (line: number) =>
  new TidemarkError(
    'FILE_ROW_TOO_LONG',
    `the row that begins on line ${line} is longer than ${MAX_ROW_BYTES} bytes: look there for a quote that is never closed`,
  );

/**
 * Parquet object → plan by its footer alone: FILE_EMPTY (no bytes or no rows), FILE_UNDECODABLE (not Parquet, or one
 * column name twice), FILE_TRUNCATED (no footer, or pages beyond the end). Chunks follow row groups: small ones are put
 * together, large ones split.
 */
export async function planParquetFile(
  file: RandomAccess,
  sha256: string,
  options: { readonly targetChunkRows: number },
): Promise<FilePlan | Refusal> {
  const opened = await openParquet(file).catch(refusalOf);
  if (isRefusal(opened)) return opened;
  const { columns, rows, groupRows } = opened;
  if (rows === 0) return refuse('FILE_EMPTY', 'the file has no rows');
  const twice = columns.findIndex((name, at) => columns.indexOf(name) !== at);
  if (twice !== -1) return refuse('FILE_UNDECODABLE', `the file names the column at position ${twice + 1} for the second time`);
  if (groupRows.reduce((sum, one) => sum + one, 0) !== rows) {
    return refuse('FILE_TRUNCATED', 'the row groups do not add up to the rows that the footer promises: export the file again');
  }
  const chunks = rangesOf(groupRows, options.targetChunkRows).map(
    ({ start, end }, index): Chunk => ({
      index,
      firstRow: start,
      rows: end - start,
      firstLine: 0,
      at: { kind: 'rows', start, end },
    }),
  );
  return { format: 'parquet', header: columns, rows, sizeBytes: file.byteLength, sha256, chunks };
}

/** Rows of each group → ranges of about `target` rows: whole groups up to it, equal parts of a group above it. */
function rangesOf(groupRows: readonly number[], target: number): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  let start = 0;
  let end = 0;
  const cut = () => {
    if (end > start) ranges.push({ start, end });
    start = end;
  };
  for (const rows of groupRows) {
    if (end - start + rows > target) cut();
    const from = end;
    const parts = Math.max(1, Math.ceil(rows / target));
    for (let part = 1; part <= parts; part++) {
      end = from + Math.ceil((rows * part) / parts);
      if (parts > 1) cut();
    }
  }
  cut();
  return ranges;
}
