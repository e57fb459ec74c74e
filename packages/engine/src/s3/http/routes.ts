import { notImplemented, S3Error } from '../errors.ts';
import type { BoundOperation } from './bindings.ts';
import type { S3Request } from './s3-request.ts';

/** The first row whose sub-resource is in the query wins; the row without one stands last. */
type Rows = readonly (readonly [subresource: string, operation: string])[];

const SERVICE: Readonly<Record<string, Rows>> = { GET: [['', 'ListBuckets']] };

const BUCKET: Readonly<Record<string, Rows>> = {
  GET: [
    ['location', 'GetBucketLocation'],
    ['versioning', 'GetBucketVersioning'],
    ['notification', 'GetBucketNotificationConfiguration'],
    ['policy', 'GetBucketPolicy'],
    ['versions', 'ListObjectVersions'],
    ['uploads', 'ListMultipartUploads'],
    ['list-type', 'ListObjectsV2'],
    ['', 'ListObjects'],
  ],
  HEAD: [['', 'HeadBucket']],
  PUT: [
    ['versioning', 'PutBucketVersioning'],
    ['notification', 'PutBucketNotificationConfiguration'],
    ['policy', 'PutBucketPolicy'],
    ['', 'CreateBucket'],
  ],
  DELETE: [
    ['policy', 'DeleteBucketPolicy'],
    ['', 'DeleteBucket'],
  ],
  POST: [['delete', 'DeleteObjects']],
};

const OBJECT: Readonly<Record<string, Rows>> = {
  GET: [
    ['tagging', 'GetObjectTagging'],
    ['attributes', 'GetObjectAttributes'],
    ['uploadId', 'ListParts'],
    ['', 'GetObject'],
  ],
  HEAD: [['', 'HeadObject']],
  PUT: [
    ['tagging', 'PutObjectTagging'],
    ['uploadId', 'UploadPart'],
    ['', 'PutObject'],
  ],
  DELETE: [
    ['tagging', 'DeleteObjectTagging'],
    ['uploadId', 'AbortMultipartUpload'],
    ['', 'DeleteObject'],
  ],
  POST: [
    ['uploads', 'CreateMultipartUpload'],
    ['uploadId', 'CompleteMultipartUpload'],
  ],
};

/** The same request with a source to copy from is another operation. */
const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

export function operationOf({ method, bucket, key, query, headers }: S3Request): string {
  const table = bucket === undefined ? SERVICE : key === undefined ? BUCKET : OBJECT;
  const rows = table[method];
  if (rows === undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  }
  const row = rows.find(([subresource]) => subresource === '' || query.has(subresource));
  if (row === undefined) throw notImplemented(`${method} with ${[...query.keys()].join(', ') || 'no sub-resource'}`);
  const [, operation] = row;
  return 'x-amz-copy-source' in headers ? (COPIES[operation] ?? operation) : operation;
}

/**
 * A query parameter that the operation does not have asks for something else: `?acl` on a PUT is no PutObject.
 * @throws NotImplemented
 */
export function refuseUnknownQuery(request: S3Request, operation: BoundOperation): void {
  for (const name of request.query.keys()) {
    if (!operation.queryNames.has(name)) throw notImplemented(`${request.method} with the sub-resource or parameter ${name}`);
  }
}
