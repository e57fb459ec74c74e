import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createWalSync } from '../durability/wal-sync.ts';
import type { EngineContext } from '../engine-context.ts';
import { createOutbox, type Deliver, type Outbox } from './notifications/outbox.ts';
import { type BodyStore, createBodyStore } from './storage/body-store.ts';
import { type BucketIndex, createBucketIndex } from './storage/bucket-index.ts';
import { type Commit, createGroupCommit } from './storage/group-commit.ts';
import { createSequence, openIndexDatabase } from './storage/index-database.ts';
import { keyOfPath } from './storage/object-path.ts';
import { createUploadIndex, type UploadIndex } from './storage/upload-index.ts';
import { createVersionIndex, type VersionIndex } from './storage/version-index.ts';
import { createVersionListing, type VersionListing } from './storage/version-listing.ts';

/** Everything that S3 keeps, for the operations to work on. */
export interface S3Store {
  readonly context: EngineContext;
  readonly buckets: BucketIndex;
  readonly versions: VersionIndex;
  readonly listing: VersionListing;
  readonly uploads: UploadIndex;
  readonly bodies: BodyStore;
  readonly outbox: Outbox;
  readonly commit: Commit;
  /** Strictly growing over the life of the data directory. */
  nextId(): number;
  close(): Promise<void>;
}

export function openS3Store(context: EngineContext, deliver: Deliver): S3Store {
  const folder = join(context.dataDir, 's3');
  mkdirSync(folder, { recursive: true });
  const database = openIndexDatabase(folder);
  const disk = createWalSync(database);
  const commit = createGroupCommit(database, disk);
  const nextId = createSequence(database);
  const versions = createVersionIndex(database);
  const bodies = createBodyStore(folder, context.clock);
  const outbox = createOutbox(context, { database, commit, nextId, deliver });

  const known = new Set<string>();
  for (const { file } of versions.files()) known.add(file);
  const { orphans, missing } = bodies.sweep(known);
  if (orphans > 0) context.log(`s3: removed ${orphans} bodies that no object names, left by a kill`);
  for (const file of missing) context.log(`s3: the body of ${describe(file)} is gone from the data directory: reads of it fail`);

  return {
    context,
    buckets: createBucketIndex(database),
    versions,
    listing: createVersionListing(database),
    uploads: createUploadIndex(database),
    bodies,
    outbox,
    commit,
    nextId,
    async close() {
      outbox.stop();
      // Behind everything that was queued before.
      await commit(() => {});
      bodies.stop();
      disk.close();
      database.close();
    },
  };
}

function describe(file: string): string {
  const match = /^objects\/([^/]+)\/(.+)$/su.exec(file);
  const object = match && keyOfPath(match[2] as string);
  return object ? `s3://${match[1]}/${object.key}` : file;
}
