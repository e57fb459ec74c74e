import {
  DeleteObject$,
  type DeleteObjectCommandInput,
  type DeleteObjectCommandOutput,
  DeleteObjects$,
  type DeleteObjectsCommandInput,
  type DeleteObjectsCommandOutput,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { AwsError } from '../../wire/aws-error.ts';
import { checkWrite, type WriteCondition } from '../conditions.ts';
import { malformedXml, notImplemented } from '../errors.ts';
import { type Answer, type Exchange, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { requireKey } from '../http/s3-request.ts';
import { shownVersionId } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import type { BucketRow } from '../storage/bucket-index.ts';

const MOST_KEYS = 1000;

export interface Deletion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly condition?: WriteCondition | undefined;
  readonly requestId: string;
}

/** What was deleted, or the marker that was put in front of it. */
export interface Deleted {
  readonly versionId?: string | undefined;
  readonly deleteMarker?: true | undefined;
}

export function createObjectDeletes(store: S3Store): S3Operations {
  return {
    DeleteObject: s3Operation<DeleteObjectCommandInput, DeleteObjectCommandOutput>(
      DeleteObject$,
      ['VersionId', 'IfMatch'],
      async (input, { requestId }) => {
        const { versionId, deleteMarker } = await deleteKey(store, {
          bucket: input.Bucket as string,
          key: input.Key as string,
          versionId: input.VersionId,
          condition: input.IfMatch === undefined ? undefined : { ifMatch: input.IfMatch },
          requestId,
        });
        return { VersionId: versionId, DeleteMarker: deleteMarker };
      },
    ),
    DeleteObjects: s3Operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(
      DeleteObjects$,
      ['Delete'],
      (input, exchange) => deleteObjects(store, input, exchange),
    ),
  };
}

/** Deleting what does not exist succeeds. @throws NoSuchBucket, PreconditionFailed */
export async function deleteKey(store: S3Store, deletion: Deletion): Promise<Deleted> {
  const { deleted, retired } = await store.commit(() => applyDeletion(store, deletion));
  store.bodies.retire(retired);
  store.outbox.wake();
  return deleted;
}

/** Inside a commit. */
function applyDeletion(store: S3Store, deletion: Deletion): { deleted: Deleted; retired: string[] } {
  const { key, versionId, condition, requestId } = deletion;
  const bucket = store.buckets.require(deletion.bucket);
  const change = { key, sequence: store.nextId(), atMs: store.context.clock.nowMs(), requestId };
  if (condition !== undefined) checkWrite(key, store.versions.latest(bucket.name, key), condition);

  if (versionId !== undefined) {
    const version = store.versions.find(bucket.name, key, versionId);
    if (version === undefined) return { deleted: { versionId }, retired: [] };
    const retired = store.versions.erase(version);
    store.outbox.add(bucket, { ...change, eventName: 'ObjectRemoved:Delete', versionId: shownVersionId(bucket, version) });
    return { deleted: { versionId, deleteMarker: version.deleteMarker || undefined }, retired };
  }

  const removed = store.versions.remove(bucket, key, change.sequence, change.atMs);
  if (removed === undefined) return { deleted: {}, retired: [] };
  const { marker, retired, version } = removed;
  store.outbox.add(bucket, {
    ...change,
    eventName: marker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete',
    versionId: marker ? version.versionId : undefined,
  });
  return { deleted: marker ? { versionId: version.versionId, deleteMarker: true } : {}, retired };
}

async function deleteObjects(
  store: S3Store,
  input: DeleteObjectsCommandInput,
  { requestId }: Exchange,
): Promise<Answer<DeleteObjectsCommandOutput>> {
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > MOST_KEYS) throw malformedXml(`Delete names 1 to ${MOST_KEYS} objects`);
  const bucket = store.buckets.require(input.Bucket as string);
  const settled = await Promise.allSettled(objects.map((object) => deleteOne(store, bucket, object, requestId)));

  const Deleted: DeleteObjectsCommandOutput['Deleted'] = [];
  const Errors: DeleteObjectsCommandOutput['Errors'] = [];
  settled.forEach((outcome, index) => {
    const { Key, VersionId } = objects[index] as ObjectIdentifier;
    if (outcome.status === 'fulfilled') {
      const { versionId, deleteMarker } = outcome.value;
      const marker = deleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId };
      if (input.Delete?.Quiet !== true) Deleted.push({ Key, VersionId, ...marker });
    } else {
      const error = outcome.reason as Error;
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  });
  return { Deleted, Errors };
}

async function deleteOne(
  store: S3Store,
  bucket: BucketRow,
  { Key, VersionId, ETag, LastModifiedTime, Size }: ObjectIdentifier,
  requestId: string,
): Promise<Deleted> {
  if (Key === undefined || Key === '') throw malformedXml('an Object has no Key');
  if (LastModifiedTime !== undefined || Size !== undefined) throw notImplemented('Deleting by LastModifiedTime or Size');
  return deleteKey(store, {
    bucket: bucket.name,
    key: requireKey(Key),
    versionId: VersionId,
    condition: ETag === undefined ? undefined : { ifMatch: ETag },
    requestId,
  });
}
