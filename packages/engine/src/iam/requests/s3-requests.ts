/** Which actions on which resources an S3 operation asks for. Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations". */
import type { AccessRequest } from '../decide.ts';
import { type ImpliedCall, impliedCalls } from '../implied-calls.ts';
import { kmsRequests } from './kms-requests.ts';

interface S3Input {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly CopySource?: string;
  readonly Tagging?: unknown;
  readonly IfMatch?: string;
  readonly ChecksumMode?: string;
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string; readonly VersionId?: string }[] };
}

export type KeyOfBucket = (bucket: string) => string | undefined;

export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;

/** Bucket keys: the encryption context is the bucket, whatever the object. */
export const s3KmsRequests = (keyOf: KeyOfBucket, bucket: string, implied: ImpliedCall): AccessRequest[] =>
  kmsRequests(implied, keyOf(bucket), 's3', { 'aws:s3:arn': bucketArn(bucket) });

const onBucket: Readonly<Record<string, string>> = {
  CreateBucket: 's3:CreateBucket',
  DeleteBucket: 's3:DeleteBucket',
  HeadBucket: 's3:ListBucket',
  ListObjects: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  ListObjectVersions: 's3:ListBucketVersions',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  GetBucketLocation: 's3:GetBucketLocation',
  GetBucketVersioning: 's3:GetBucketVersioning',
  PutBucketVersioning: 's3:PutBucketVersioning',
  GetBucketNotificationConfiguration: 's3:GetBucketNotification',
  PutBucketNotificationConfiguration: 's3:PutBucketNotification',
  GetBucketPolicy: 's3:GetBucketPolicy',
  PutBucketPolicy: 's3:PutBucketPolicy',
  DeleteBucketPolicy: 's3:DeleteBucketPolicy',
};

/** With a version the action is another one. */
const onObject: Readonly<Record<string, readonly [action: string, ofVersion?: string]>> = {
  GetObject: ['s3:GetObject', 's3:GetObjectVersion'],
  HeadObject: ['s3:GetObject', 's3:GetObjectVersion'],
  GetObjectAttributes: ['s3:GetObject', 's3:GetObjectVersion'],
  GetObjectTagging: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
  PutObjectTagging: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
  DeleteObjectTagging: ['s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'],
  DeleteObject: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  PutObject: ['s3:PutObject'],
  CopyObject: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  UploadPartCopy: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  ListParts: ['s3:ListMultipartUploadParts'],
};

const encrypted: Readonly<Record<string, ImpliedCall>> = {
  GetObject: impliedCalls.readEncryptedObject,
  GetObjectAttributes: impliedCalls.readEncryptedObject,
  PutObject: impliedCalls.writeEncryptedObject,
  CopyObject: impliedCalls.writeEncryptedObject,
  CreateMultipartUpload: impliedCalls.writeEncryptedParts,
  UploadPart: impliedCalls.writeEncryptedParts,
  UploadPartCopy: impliedCalls.writeEncryptedParts,
  CompleteMultipartUpload: impliedCalls.writeEncryptedParts,
};

export function s3Requests(operation: string, input: S3Input, keyOf: KeyOfBucket): AccessRequest[] {
  const { Bucket: bucket = '', Key: key = '' } = input;
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation === 'DeleteObjects') {
    const objects = input.Delete?.Objects ?? [];
    return objects.flatMap(({ Key = '', VersionId }) => objectRequests('DeleteObject', bucket, Key, VersionId));
  }
  const action = onBucket[operation];
  if (action !== undefined) return [{ action, resource: bucketArn(bucket), context: listingContext(input) }];
  // The head of an object is not encrypted, its checksum is.
  const isChecksumAsked = operation === 'HeadObject' && input.ChecksumMode === 'ENABLED';
  const implied = isChecksumAsked ? impliedCalls.readEncryptedObject : encrypted[operation];
  return [
    ...objectRequests(operation, bucket, key, input.VersionId),
    ...(operation === 'PutObject' && input.IfMatch !== undefined ? objectRequests('GetObject', bucket, key, undefined) : []),
    ...(input.Tagging === undefined || !/^(PutObject|CopyObject|CreateMultipartUpload)$/.test(operation)
      ? []
      : objectRequests('PutObjectTagging', bucket, key, undefined)),
    ...(implied === undefined ? [] : s3KmsRequests(keyOf, bucket, implied)),
    ...(input.CopySource === undefined ? [] : copySourceRequests(input.CopySource, keyOf)),
  ];
}

/** An operation that the table does not have is an action of its own name, so that it is refused unless it is granted. */
function objectRequests(operation: string, bucket: string, key: string, versionId: string | undefined): AccessRequest[] {
  const [action, ofVersion = action] = onObject[operation] ?? [`s3:${operation}`];
  return [{ action: versionId === undefined ? action : ofVersion, resource: objectArn(bucket, key) }];
}

function copySourceRequests(copySource: string, keyOf: KeyOfBucket): AccessRequest[] {
  const [path = '', query] = copySource.replace(/^\//, '').split('?versionId=');
  const [bucket = '', ...key] = decodeURIComponent(path).split('/');
  return [
    ...objectRequests('GetObject', bucket, key.join('/'), query),
    ...s3KmsRequests(keyOf, bucket, impliedCalls.readEncryptedObject),
  ];
}

const listingContext = ({ Prefix, Delimiter, MaxKeys }: S3Input) => ({
  's3:prefix': Prefix,
  's3:delimiter': Delimiter,
  's3:max-keys': MaxKeys === undefined ? undefined : String(MaxKeys),
});

/** What decides between NoSuchKey and AccessDenied. */
export const missingObjectRequests = (bucket: string): AccessRequest[] =>
  impliedCalls.missingObject.actions.map((action) => ({ action, resource: bucketArn(bucket) }));
