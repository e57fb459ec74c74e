import { createHash } from 'node:crypto';
import type { ObjectRef, ObjectStore } from './ports/object-store.ts';

/** An object store in memory that keeps the promises of the port: first writer wins, replaced only over what was read. */
export function createMemoryObjectStore(nowMs = 1_769_850_000_000): ObjectStore & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  const id = (bucket: string, key: string) => `${bucket}/${key}`;
  const etagOf = (body: Uint8Array) => createHash('md5').update(body).digest('hex');
  const find = ({ bucket, key }: ObjectRef) => objects.get(id(bucket, key));
  const put = (bucket: string, key: string, body: Uint8Array | string) => void objects.set(id(bucket, key), Buffer.from(body));
  const listed = (bucket: string, prefix: string) =>
    [...objects]
      .filter(([name]) => name.startsWith(id(bucket, prefix)))
      .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
      .map(([name, body]) => ({
        key: name.slice(bucket.length + 1),
        sizeBytes: body.byteLength,
        etag: etagOf(body),
        lastModifiedMs: nowMs,
      }));
  return {
    objects,
    async head(ref) {
      const body = find(ref);
      return body === undefined ? undefined : { sizeBytes: body.byteLength, etag: etagOf(body), lastModifiedMs: nowMs };
    },
    async read(ref, range) {
      return range === undefined ? find(ref) : find(ref)?.subarray(range.start, range.end);
    },
    async stream(ref) {
      const body = find(ref) ?? new Uint8Array();
      return (async function* () {
        for (let at = 0; at < body.length; at += 64) yield body.subarray(at, at + 64);
      })();
    },
    async put(bucket, key, body) {
      put(bucket, key, body);
    },
    async putOnce(bucket, key, body) {
      if (objects.has(id(bucket, key))) return 'exists';
      put(bucket, key, body);
      return 'created';
    },
    async replace(bucket, key, body, etag) {
      const current = find({ bucket, key });
      if ((current === undefined ? undefined : etagOf(current)) !== etag) return 'conflict';
      put(bucket, key, body);
      return 'replaced';
    },
    async *list(bucket, prefix) {
      yield* listed(bucket, prefix);
    },
    async *listVersions(bucket, prefix) {
      yield* listed(bucket, prefix);
    },
    async remove(bucket, keys) {
      for (const key of keys) objects.delete(id(bucket, key));
    },
  };
}
