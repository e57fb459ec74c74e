import type { Refusal } from '@tidemark/domain';

/** Values by column, not typed yet, or why they cannot be read. Under names of their own: a file may well have a column called `code`. */
export type RowContent = { readonly fields: Readonly<Record<string, unknown>> } | { readonly refusal: Refusal };

/** A row of a file and where it lies. */
export type RawRow = RowContent & {
  /** 0-based ordinal in the file. */
  readonly row: number;
  /** 1-based line of the file on which the row begins; 0 for Parquet. */
  readonly line: number;
  /** `[byteStart, byteEnd)` within the chunk, without the line end; both 0 for Parquet. */
  readonly byteStart: number;
  readonly byteEnd: number;
};
