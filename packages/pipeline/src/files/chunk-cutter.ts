import type { Chunk } from './file-plan.ts';

/**
 * Gathers rows into chunks. Positions are those of the decompressed text. With `saveChunk` it keeps the bytes of the
 * open chunk and hands them over when the chunk is cut; without, a chunk is a byte range of the object.
 */
export class ChunkCutter {
  readonly chunks: Chunk[] = [];
  /** Rows so far, those of the open chunk included. */
  rows = 0;

  readonly #targetBytes: number;
  readonly #targetRows: number;
  readonly #saveChunk: ((index: number, bytes: Uint8Array) => Promise<void>) | undefined;
  #firstRow = 0;
  #start = 0;
  #firstLine = 1;
  /** Bytes of the open chunk in former buffers, and the buffer that is being looked at. */
  #pieces: Buffer[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #base = 0;

  constructor(options: {
    readonly targetChunkBytes: number;
    readonly targetChunkRows: number;
    readonly saveChunk: ((index: number, bytes: Uint8Array) => Promise<void>) | undefined;
  }) {
    this.#targetBytes = options.targetChunkBytes;
    this.#targetRows = options.targetChunkRows;
    this.#saveChunk = options.saveChunk;
  }

  enter(buffer: Buffer, base: number): void {
    if (this.#saveChunk !== undefined && this.#buffer.length > 0)
      this.#pieces.push(this.#ofChunk(this.#base + this.#buffer.length));
    this.#buffer = buffer;
    this.#base = base;
  }

  /** The next chunk begins at `start`, which lies on `line`: after a byte order mark, a header, or the chunk before. */
  begin(start: number, line: number): void {
    this.#start = start;
    this.#firstLine = line;
    this.#firstRow = this.rows;
    this.#pieces = [];
  }

  /** Takes the row that ends at `end`; true when the chunk has become full. */
  add(end: number): boolean {
    this.rows++;
    return end - this.#start >= this.#targetBytes || this.rows - this.#firstRow >= this.#targetRows;
  }

  /** Ends the open chunk at `end`, if it has rows, and begins the next one there. */
  async cut(end: number, nextLine: number): Promise<void> {
    const rows = this.rows - this.#firstRow;
    if (rows === 0) return;
    const index = this.chunks.length;
    if (this.#saveChunk !== undefined) await this.#saveChunk(index, Buffer.concat([...this.#pieces, this.#ofChunk(end)]));
    const at =
      this.#saveChunk === undefined
        ? ({ kind: 'bytes', start: this.#start, end } as const)
        : ({ kind: 'object', part: index } as const);
    this.chunks.push({ index, firstRow: this.#firstRow, rows, firstLine: this.#firstLine, at });
    this.begin(end, nextLine);
  }

  /** What of the buffer belongs to the open chunk, up to `end`. */
  #ofChunk(end: number): Buffer {
    return this.#buffer.subarray(Math.max(this.#start - this.#base, 0), Math.max(end - this.#base, 0));
  }
}
