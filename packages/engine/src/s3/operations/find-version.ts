import { noSuchKey, noSuchVersion, S3Error } from '../errors.ts';
import { shownVersionId } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import type { BucketRow } from '../storage/bucket-index.ts';
import type { ObjectVersion } from '../storage/object-version.ts';

export interface FoundVersion {
  readonly bucket: BucketRow;
  readonly version: ObjectVersion;
  /** What answers show as the version id. */
  readonly shownId: string | undefined;
}

/** The version to read: the named one, or the latest. @throws NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function findVersion(store: S3Store, bucketName: string, key: string, versionId?: string): FoundVersion {
  const bucket = store.buckets.require(bucketName);
  const version =
    versionId === undefined ? store.versions.latest(bucketName, key) : store.versions.find(bucketName, key, versionId);
  if (version === undefined) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  if (version.deleteMarker) {
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
    if (versionId === undefined) throw noSuchKey(key, headers);
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
      fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
      headers: { ...headers, allow: 'DELETE', 'last-modified': new Date(version.modifiedMs).toUTCString() },
    });
  }
  return { bucket, version, shownId: shownVersionId(bucket, version) };
}
