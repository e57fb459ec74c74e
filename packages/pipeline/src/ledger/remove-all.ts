import type { ObjectStore } from '../ports/object-store.ts';

const MOST_KEYS_A_CALL = 1_000;

/** Removes every object under a prefix. */
export async function removeAll(objects: ObjectStore, bucket: string, prefix: string): Promise<void> {
  let keys: string[] = [];
  for await (const { key } of objects.list(bucket, prefix)) {
    keys.push(key);
    if (keys.length === MOST_KEYS_A_CALL) {
      await objects.remove(bucket, keys);
      keys = [];
    }
  }
  if (keys.length > 0) await objects.remove(bucket, keys);
}
