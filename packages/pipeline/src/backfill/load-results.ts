import { requireJson } from '../ledger/json-objects.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const READS_AT_ONCE = 16;

/** All JSON objects under a prefix, in the order of their keys. */
export async function loadResults<T>(objects: ObjectStore, bucket: string, prefix: string): Promise<T[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(bucket, prefix)) keys.push(key);
  const results: T[] = [];
  for (let at = 0; at < keys.length; at += READS_AT_ONCE) {
    const page = keys.slice(at, at + READS_AT_ONCE);
    results.push(...(await Promise.all(page.map((key) => requireJson<T>(objects, bucket, key)))));
  }
  return results;
}
