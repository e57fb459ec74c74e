import { TidemarkError } from '@tidemark/domain';
import type { ObjectRef, ObjectStore } from '../ports/object-store.ts';

export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Up to this size a file is fetched once and kept: a Parquet reader asks for many small ranges. */
const WHOLE_FILE_BYTES = 16 * 1024 * 1024;

/** An object as the byte-range reader that Parquet needs. */
export function randomAccess(objects: ObjectStore, ref: ObjectRef, byteLength: number): RandomAccess {
  let whole: Promise<Uint8Array> | undefined;
  const read = async (range?: { start: number; end: number }) => {
    const bytes = await objects.read(ref, range);
    if (bytes === undefined) throw new TidemarkError('FILE_VANISHED', 'the object was deleted while it was read');
    return bytes;
  };
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const from = start < 0 ? byteLength + start : start;
      if (byteLength <= WHOLE_FILE_BYTES) {
        whole ??= read();
        return new Uint8Array((await whole).subarray(from, end)).buffer;
      }
      // A copy of its own: what was read may be a view into a larger buffer.
      return new Uint8Array(await read({ start: from, end })).buffer;
    },
  };
}
