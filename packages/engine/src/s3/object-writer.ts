import type { RunningChecksum } from './checksums.ts';
import { checkWrite, type WriteCondition } from './conditions.ts';
import type { S3Store } from './s3-store.ts';
import type { BucketRow } from './storage/bucket-index.ts';
import { pathOfKey } from './storage/object-path.ts';
import type { NewVersion, ObjectVersion } from './storage/object-version.ts';

/** The bytes are in place under `file`; this makes them the latest version of the key. */
export interface ObjectWrite extends Omit<NewVersion, 'modifiedMs' | 'file'> {
  readonly file: string;
  readonly eventName: string;
  readonly requestId: string;
  readonly condition?: WriteCondition;
  /** Further changes of the same commit; returns bodies that are no longer needed. */
  readonly alongside?: () => string[];
}

/** Where a new version of the key is to be put. */
export function placeOf(store: S3Store, bucket: string, key: string): { id: number; file: string } {
  const id = store.nextId();
  return { id, file: `objects/${bucket}/${pathOfKey(key, id)}` };
}

/** The version id that clients are shown. */
export const shownVersionId = (bucket: BucketRow, version: ObjectVersion): string | undefined =>
  bucket.versioning === 'Off' ? undefined : version.versionId;

/** @returns the version, durable; @throws PreconditionFailed, NoSuchBucket, after which the bytes are gone */
export async function commitObject(store: S3Store, write: ObjectWrite): Promise<ObjectVersion> {
  const { eventName, requestId, condition, alongside, ...fields } = write;
  const atMs = store.context.clock.nowMs();
  try {
    const { version, retired } = await store.commit(() => {
      const bucket = store.buckets.require(write.bucket);
      if (condition !== undefined) checkWrite(write.key, store.versions.latest(write.bucket, write.key), condition);
      const more = alongside?.() ?? [];
      const change = store.versions.put(bucket, { ...fields, modifiedMs: atMs });
      store.outbox.add(bucket, {
        eventName,
        key: write.key,
        sizeBytes: write.sizeBytes,
        etag: write.etag,
        versionId: shownVersionId(bucket, change.version),
        sequence: write.id,
        atMs,
        requestId,
      });
      return { version: change.version, retired: [...change.retired, ...more] };
    });
    store.bodies.retire(retired);
    store.outbox.wake();
    return version;
  } catch (error) {
    store.bodies.retire([write.file]);
    throw error;
  }
}

/** Copies chunks into a durable file, feeding `checksums` on the way. */
export async function writeBody(
  store: S3Store,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  checksums: readonly RunningChecksum[] = [],
): Promise<void> {
  const draft = store.bodies.draft();
  try {
    for await (const chunk of chunks) {
      for (const checksum of checksums) checksum.update(chunk);
      await draft.write(chunk);
    }
    await draft.place(file);
  } catch (error) {
    draft.discard();
    throw error;
  }
}
