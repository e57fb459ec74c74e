import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Buckets, StoredObject } from '../ports.ts';
import { requireKey } from './http/s3-request.ts';
import { commitObject, placeOf, writeBody } from './object-writer.ts';
import { addBucket } from './operations/buckets.ts';
import { deleteKey } from './operations/object-deletes.ts';
import type { S3Store } from './s3-store.ts';
import { endOfPrefix, type Position } from './storage/listing.ts';
import { NULL_VERSION, type ObjectVersion } from './storage/object-version.ts';

const ATTRIBUTES = { headers: { 'content-type': 'binary/octet-stream' }, metadata: {} };
const FROM_INSIDE = 'engine';
const PUT = { attributes: ATTRIBUTES, tags: [], eventName: 'ObjectCreated:Put', requestId: FROM_INSIDE };

/** S3 for the engine's other services: the same store, without HTTP. */
export function createBucketsPort(store: S3Store): Buckets {
  const toStored = (version: ObjectVersion): StoredObject => ({
    key: version.key,
    versionId: version.versionId === NULL_VERSION ? undefined : version.versionId,
    etag: version.etag,
    sizeBytes: version.sizeBytes,
    lastModifiedMs: version.modifiedMs,
    file: store.bodies.absolute(version.file as string),
  });

  return {
    ensureBucket(bucket) {
      if (store.buckets.find(bucket) === undefined) addBucket(store, bucket, store.context.region);
    },
    async put(bucket, key, body) {
      store.buckets.require(bucket);
      const { id, file } = placeOf(store, bucket, requireKey(key));
      await writeBody(store, file, single(body));
      const etag = createHash('md5').update(body).digest('hex');
      return toStored(await commitObject(store, { ...PUT, id, bucket, key, file, sizeBytes: body.length, etag }));
    },
    async adopt(bucket, key, source) {
      store.buckets.require(bucket);
      const { id, file } = placeOf(store, bucket, requireKey(key));
      const etag = await md5OfFile(source);
      const { size } = await stat(source);
      await store.bodies.adopt(source, file);
      return toStored(await commitObject(store, { ...PUT, id, bucket, key, file, sizeBytes: size, etag }));
    },
    head(bucket, key, versionId) {
      const version = versionId === undefined ? store.versions.latest(bucket, key) : store.versions.find(bucket, key, versionId);
      return version === undefined || version.deleteMarker ? undefined : toStored(version);
    },
    list(bucket, prefix) {
      store.buckets.require(bucket);
      const from: Position = { key: prefix, belowId: Number.MAX_SAFE_INTEGER };
      return store.listing.current(bucket)(from, endOfPrefix(prefix), Number.MAX_SAFE_INTEGER).map(toStored);
    },
    async remove(bucket, key) {
      await deleteKey(store, { bucket, key, requestId: FROM_INSIDE });
    },
  };
}

async function* single(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

async function md5OfFile(file: string): Promise<string> {
  const md5 = createHash('md5');
  for await (const chunk of createReadStream(file)) md5.update(chunk as Buffer);
  return md5.digest('hex');
}
