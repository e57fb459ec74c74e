import { TidemarkError } from '@tidemark/domain';
import type { ObjectStore } from '../ports/object-store.ts';

/** Reads a JSON object of the ledger; undefined when it is not there. */
export async function loadJson<T>(objects: ObjectStore, bucket: string, key: string): Promise<T | undefined> {
  const body = await objects.read({ bucket, key });
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString('utf8')) as T);
}

/** The same where its absence means that an earlier step was not done. @throws INTERNAL */
export async function requireJson<T>(objects: ObjectStore, bucket: string, key: string): Promise<T> {
  const found = await loadJson<T>(objects, bucket, key);
  if (found === undefined) throw new TidemarkError('INTERNAL', `the ledger has no ${key}`);
  return found;
}

export const printJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
