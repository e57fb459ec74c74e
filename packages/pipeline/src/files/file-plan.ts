/** What a planner says about a file: its rows, and the chunks in which they are read, none of which splits a row. */
export interface Chunk {
  readonly index: number;
  /** 0-based ordinal in the file of the chunk's first row; header and blank lines do not count. */
  readonly firstRow: number;
  readonly rows: number;
  /** 1-based line of the decompressed file on which the chunk's first byte lies; 0 for Parquet. */
  readonly firstLine: number;
  readonly at: ChunkPlace;
}

/** Byte range `[start, end)` of the stored object, a re-chunked copy of decompressed rows, or a row range `[start, end)` of Parquet. */
type ChunkPlace =
  | { readonly kind: 'bytes'; readonly start: number; readonly end: number }
  | { readonly kind: 'object'; readonly part: number }
  | { readonly kind: 'rows'; readonly start: number; readonly end: number };

export interface FilePlan {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  /** CSV: the first row, read once here. Parquet: the names of the top-level columns. JSON lines: absent. */
  readonly header?: readonly string[];
  readonly rows: number;
  /** Of the stored bytes. */
  readonly sizeBytes: number;
  /** Hex, of the stored bytes. */
  readonly sha256: string;
  readonly chunks: readonly Chunk[];
}
