/**
 * S3, as far as a feature pipeline and the usual clients go: buckets, objects, versions, uploads in parts, listings,
 * tags, notifications to functions.
 *
 * Gaps, each refused by name with NotImplemented (501), never a silent success: ACLs beyond the owner's
 * (AccessControlListNotSupported 400), encryption by KMS or customer keys, object lock, archive storage classes, bucket
 * tags, encryption, lifecycle, replication, CORS, website, logging, inventory and every other sub-resource, SelectObject,
 * RestoreObject, RenameObject, form uploads, appending writes, notifications to SQS, SNS and EventBridge.
 *
 * Differences by design: signatures and the expiry of presigned URLs are not checked; bucket policies are kept and
 * returned, not enforced; the function of a notification need not exist when it is configured; a checksum is kept only
 * where the client sent one; encryption by S3's own keys (AES256) is accepted and not done; LastModified is the engine's
 * time; a completed upload cannot be completed again.
 *
 * Client quirks: addresses are path-style only, so clients need an IP address as endpoint, and the JavaScript SDK needs
 * `forcePathStyle` for bucket names with dots; `+` in a path or a copy source is a space; a HEAD error has no document,
 * so botocore reads status and reason; botocore asks for listings with `encoding-type=url`; uploads from streams come
 * `aws-chunked` with a trailing CRC32; XML 1.0 has no control characters, so botocore cannot read answers that name keys
 * with them unless they are url-encoded; the C++ SDK (pyarrow) adds `x-amz-api-version`; boto3's own CRT transfers ignore the
 * endpoint and insist on TLS.
 */
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import type { Buckets } from '../ports.ts';
import { createBucketsPort } from './buckets-port.ts';
import { createDispatch, type Handle } from './http/dispatch.ts';
import type { Deliver } from './notifications/outbox.ts';
import { createOperations } from './operations/operations.ts';
import { openS3Store } from './s3-store.ts';

export interface S3 {
  readonly buckets: Buckets;
  /** Answers one HTTP request, over HTTP/1.1 or the HTTP/2 compatibility API. Never rejects. */
  handle: Handle;
  /** Begins to deliver notifications, those left from an earlier run first. */
  start(): void;
  /** Resolves when no notification that is due is undelivered. */
  idle(): Promise<void>;
  /** Closes the index. Deliveries that have not settled come again after the next start. */
  stop(): Promise<void>;
}

export function createS3(
  context: EngineContext,
  { deliver, access = openAccess }: { readonly deliver: Deliver; readonly access?: Access },
): S3 {
  const store = openS3Store(context, deliver);
  return {
    buckets: createBucketsPort(store),
    handle: createDispatch(createOperations(store), { ...context, access }),
    start: store.outbox.start,
    idle: store.outbox.idle,
    stop: store.close,
  };
}
