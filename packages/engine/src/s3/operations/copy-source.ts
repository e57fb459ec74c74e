import { checkCopySource } from '../conditions.ts';
import { invalidArgument, S3Error } from '../errors.ts';
import { checkOwner } from '../http/check-owner.ts';
import { decode } from '../http/s3-request.ts';
import type { S3Store } from '../s3-store.ts';
import { type FoundVersion, findVersion } from './find-version.ts';

/** Members of CopyObject and UploadPartCopy that {@link findCopySource} heeds. */
export const COPY_SOURCE_MEMBERS = [
  'CopySource',
  'CopySourceIfMatch',
  'CopySourceIfNoneMatch',
  'CopySourceIfModifiedSince',
  'CopySourceIfUnmodifiedSince',
  'ExpectedSourceBucketOwner',
] as const;

export interface CopySourceInput {
  readonly CopySource: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

/** `bucket/key?versionId=…`, with or without a slash in front, percent-encoded. */
function parseCopySource(header: string): { bucket: string; key: string; versionId: string | undefined } {
  const [path = '', version] = header.split(/\?versionId=/);
  const decoded = decode(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash <= 0 || slash === decoded.length - 1) {
    throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header);
  }
  return {
    bucket: decoded.slice(0, slash),
    key: decoded.slice(slash + 1),
    versionId: version === undefined ? undefined : decode(version),
  };
}

/** @throws NoSuchKey, PreconditionFailed, … */
export function findCopySource(store: S3Store, input: CopySourceInput): FoundVersion {
  const { bucket, key, versionId } = parseCopySource(input.CopySource ?? '');
  checkOwner(input.ExpectedSourceBucketOwner, store.context.account);
  const found = findSource(store, bucket, key, versionId);
  checkCopySource(found.version, {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  return found;
}

function findSource(store: S3Store, bucket: string, key: string, versionId: string | undefined): FoundVersion {
  try {
    return findVersion(store, bucket, key, versionId);
  } catch (error) {
    if (error instanceof S3Error && error.status === 405) {
      throw new S3Error(
        'InvalidRequest',
        'The source of a copy request may not specifically refer to a delete marker by version id.',
        400,
      );
    }
    throw error;
  }
}
