import { createHash } from 'node:crypto';
import { isRefusal, type Refusal, refuse, type Source } from '@tidemark/domain';
import { formatOf } from '../files/file-format.ts';
import { type FilePlan, planParquetFile, planTextFile } from '../files/plan-file.ts';
import { checkHeader } from '../files/type-row.ts';
import type { ObjectRef, ObjectStore } from '../ports/object-store.ts';
import { randomAccess } from './random-access.ts';

const TARGET_CHUNK_BYTES = 4 * 1024 * 1024;
const TARGET_CHUNK_ROWS = 10_000;

/** Reads an object of a source once and cuts it into chunks; or why it cannot be read as a whole. */
export async function planSourceFile(
  objects: ObjectStore,
  source: Source,
  object: ObjectRef & { readonly sizeBytes: number },
  copyOf: (part: number) => ObjectRef,
): Promise<FilePlan | Refusal> {
  const file = await planFile(objects, object, copyOf);
  return isRefusal(file) ? file : (checkHeader(source, file.header ?? []) ?? file);
}

async function planFile(
  objects: ObjectStore,
  object: ObjectRef & { readonly sizeBytes: number },
  copyOf: (part: number) => ObjectRef,
): Promise<FilePlan | Refusal> {
  const kind = formatOf(object.key);
  if (kind === undefined) {
    return refuse('FILE_UNKNOWN_FORMAT', 'the name ends in none of .csv, .jsonl, .ndjson, .json, their .gz forms, or .parquet');
  }
  if (object.sizeBytes === 0) return refuse('FILE_EMPTY', 'the file has no bytes');
  if (kind.format !== 'parquet') {
    return planTextFile(await objects.stream(object), {
      format: kind.format,
      gzip: kind.gzip,
      targetChunkBytes: TARGET_CHUNK_BYTES,
      targetChunkRows: TARGET_CHUNK_ROWS,
      saveChunk: (part, bytes) => {
        const { bucket, key } = copyOf(part);
        return objects.put(bucket, key, bytes);
      },
    });
  }
  const sha256 = createHash('sha256');
  for await (const bytes of await objects.stream(object)) sha256.update(bytes);
  return planParquetFile(randomAccess(objects, object, object.sizeBytes), sha256.digest('hex'), {
    targetChunkRows: TARGET_CHUNK_ROWS,
  });
}
