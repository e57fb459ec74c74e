/** S3 as a role sees it that AWS works in: the same port, each call judged first. */
import type { Buckets, StoredObject } from '../ports.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Access } from './access.ts';
import type { AccessRequest } from './decide.ts';
import { type ImpliedCall, impliedCalls } from './implied-calls.ts';
import type { Principal } from './principal.ts';
import { bucketArn, objectArn, s3KmsRequests } from './requests/s3-requests.ts';

export interface GuardOptions {
  /** Whether the service writes large objects in parts, for which it must read its own key again. */
  readonly writesInParts?: boolean;
}

/** @param call who does it, for the record: `athena.query` */
export function guardBuckets(
  buckets: Buckets,
  access: Access,
  principal: Principal | undefined,
  call: string,
  { writesInParts = false }: GuardOptions = {},
): Buckets {
  if (principal === undefined) return buckets;
  const demand = (requests: readonly AccessRequest[]) => {
    const refusal = access.refusal(principal, call, requests);
    if (refusal !== undefined) throw new AwsError('AccessDenied', refusal, 403);
  };
  const { readEncryptedObject, writeEncryptedObject, writeEncryptedParts } = impliedCalls;
  const kms = (bucket: string, implied: ImpliedCall) => s3KmsRequests(access.keyOfBucket, bucket, implied);
  const write = writesInParts ? writeEncryptedParts : writeEncryptedObject;
  const mayRead = (bucket: string, key: string, versionId?: string) =>
    demand([
      { action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', resource: objectArn(bucket, key) },
      ...kms(bucket, readEncryptedObject),
    ]);
  const mayWrite = (bucket: string, key: string) =>
    demand([{ action: 's3:PutObject', resource: objectArn(bucket, key) }, ...kms(bucket, write)]);
  /** A listing tells names; whoever takes the file behind one reads the object. */
  const listed = (bucket: string, object: StoredObject): StoredObject => ({
    ...object,
    get file() {
      mayRead(bucket, object.key);
      return object.file;
    },
  });
  return {
    ensureBucket: (bucket) => buckets.ensureBucket(bucket),
    head(bucket, key, versionId) {
      mayRead(bucket, key, versionId);
      return buckets.head(bucket, key, versionId);
    },
    list(bucket, prefix) {
      demand([{ action: 's3:ListBucket', resource: bucketArn(bucket), context: { 's3:prefix': prefix } }]);
      return buckets.list(bucket, prefix).map((object) => listed(bucket, object));
    },
    async put(bucket, key, body) {
      mayWrite(bucket, key);
      return buckets.put(bucket, key, body);
    },
    async adopt(bucket, key, file) {
      mayWrite(bucket, key);
      return buckets.adopt(bucket, key, file);
    },
    async remove(bucket, key) {
      demand([{ action: 's3:DeleteObject', resource: objectArn(bucket, key) }]);
      return buckets.remove(bucket, key);
    },
  };
}
