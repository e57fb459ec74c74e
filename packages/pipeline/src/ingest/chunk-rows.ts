import { TidemarkError } from '@tidemark/domain';
import type { Chunk, FilePlan } from '../files/plan-file.ts';
import { type RawRow, readParquetChunk, readTextChunk } from '../files/read-chunk.ts';
import type { ObjectRef, ObjectStore } from '../ports/object-store.ts';
import { randomAccess } from './random-access.ts';

export interface PlannedFile {
  readonly object: ObjectRef;
  readonly file: FilePlan;
  /** Where the planner put the decompressed rows of a part of a gzip file. */
  readonly copyOf: (part: number) => ObjectRef;
}

/** The rows of a chunk with the bytes they stood in, which only text formats have. */
export async function* chunkRows(
  objects: ObjectStore,
  { object, file, copyOf }: PlannedFile,
  chunk: Chunk,
): AsyncIterable<{ row: RawRow; raw: Uint8Array | undefined }> {
  if (chunk.at.kind === 'rows') {
    const head = await objects.head(object);
    if (head === undefined) throw vanished();
    for await (const rows of readParquetChunk(randomAccess(objects, object, head.sizeBytes), chunk.at)) {
      for (const row of rows) yield { row, raw: undefined };
    }
    return;
  }
  const bytes = chunk.at.kind === 'bytes' ? await objects.read(object, chunk.at) : await objects.read(copyOf(chunk.at.part));
  if (bytes === undefined) throw vanished();
  const format = file.format as 'csv' | 'jsonl';
  for (const row of readTextChunk(bytes, {
    format,
    header: file.header ?? [],
    firstRow: chunk.firstRow,
    firstLine: chunk.firstLine,
  })) {
    yield { row, raw: bytes.subarray(row.byteStart, row.byteEnd) };
  }
}

const vanished = () => new TidemarkError('FILE_VANISHED', 'the object was deleted before it could be read');
