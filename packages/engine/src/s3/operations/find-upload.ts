import { noSuchUpload } from '../errors.ts';
import type { S3Store } from '../s3-store.ts';
import type { Upload } from '../storage/upload-index.ts';

export interface UploadInput {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

/** @throws NoSuchBucket, NoSuchUpload */
export function requireUpload(store: S3Store, { Bucket, Key, UploadId }: UploadInput): Upload {
  store.buckets.require(Bucket as string);
  const upload = store.uploads.find(Bucket as string, Key as string, UploadId ?? '');
  if (upload === undefined) throw noSuchUpload(UploadId ?? '');
  return upload;
}
