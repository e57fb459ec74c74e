import { TidemarkError } from '@tidemark/domain';
import { readParquetColumns } from '../files/parquet-write.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface Columns {
  readonly rows: number;
  /** @throws INTERNAL for a column that the files do not have */
  column(name: string): readonly unknown[];
}

/** All Parquet files under a key or prefix as columns, one file after another in the order of their keys. */
export async function loadColumns(objects: ObjectStore, bucket: string, prefix: string): Promise<Columns> {
  const keys: string[] = [];
  for await (const { key } of objects.list(bucket, prefix)) keys.push(key);
  return readFiles(objects, bucket, keys);
}

/** Parquet files as columns, one file after another. @throws INTERNAL for a file that is not there */
export async function readFiles(objects: ObjectStore, bucket: string, keys: readonly string[]): Promise<Columns> {
  const columns = new Map<string, readonly unknown[]>();
  let rows = 0;
  for (const key of keys) {
    const body = await objects.read({ bucket, key });
    if (body === undefined) throw new TidemarkError('INTERNAL', `${key} was deleted while it was read`);
    for (const [name, cells] of Object.entries(await readParquetColumns(body))) {
      const held = columns.get(name);
      columns.set(name, held === undefined ? cells : held.concat(cells));
    }
    rows = columns.values().next().value?.length ?? 0;
  }
  return {
    rows,
    column(name) {
      const cells = columns.get(name);
      if (cells === undefined && rows > 0) throw new TidemarkError('INTERNAL', `the file ${keys[0]} has no column ${name}`);
      return cells ?? [];
    },
  };
}
