import type { S3Operations } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import { createBucketConfiguration } from './bucket-configuration.ts';
import { createBucketOperations } from './buckets.ts';
import { createGetObjectAttributes } from './get-object-attributes.ts';
import { createListings } from './listings.ts';
import { createMultipartOperations } from './multipart.ts';
import { createMultipartListings } from './multipart-listings.ts';
import { createObjectCopies } from './object-copies.ts';
import { createObjectDeletes } from './object-deletes.ts';
import { createObjectReads } from './object-reads.ts';
import { createObjectTagging } from './object-tagging.ts';
import { createObjectWrites } from './object-writes.ts';
import { createPartUploads } from './part-uploads.ts';
import { createVersionListings } from './version-listings.ts';

/** By the SDK's names. What is not in here answers NotImplemented. */
export const createOperations = (store: S3Store): S3Operations => ({
  ...createBucketOperations(store),
  ...createBucketConfiguration(store),
  ...createListings(store),
  ...createVersionListings(store),
  ...createObjectReads(store),
  ...createGetObjectAttributes(store),
  ...createObjectWrites(store),
  ...createObjectCopies(store),
  ...createObjectDeletes(store),
  ...createObjectTagging(store),
  ...createMultipartOperations(store),
  ...createPartUploads(store),
  ...createMultipartListings(store),
});
