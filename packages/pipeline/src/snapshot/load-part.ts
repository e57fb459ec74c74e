/** The rows of one part of a snapshot, in the order of its hash. */
import { ENTITY_KEY_FEATURE, TidemarkError } from '@tidemark/domain';
import type { HashedColumn } from '../dataset/content-hash.ts';
import { readFiles } from '../dataset/load-columns.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { digestCells, orderRows } from './row-digests.ts';
import type { PlannedGroup } from './snapshot-plan.ts';

export interface PartRows {
  readonly keys: readonly string[];
  readonly columns: readonly HashedColumn[];
  /** The cell of each row. */
  readonly cells: readonly string[];
  readonly digests: Readonly<Record<string, string>>;
}

const TYPE_OF_KIND = { String: 'STRING', Integral: 'INT64', Fractional: 'DOUBLE' } as const;

/** @throws SNAPSHOT_DAMAGED when an entity is there twice */
export async function loadPart(
  objects: ObjectStore,
  bucket: string,
  files: readonly string[],
  recordColumns: PlannedGroup['columns'],
): Promise<PartRows> {
  const stored = await readFiles(objects, bucket, files);
  const { order, cells } = orderRows(stored.column(ENTITY_KEY_FEATURE) as readonly string[]);
  const columns = recordColumns.map(
    ({ name, type }): HashedColumn => ({ name, type: TYPE_OF_KIND[type], cells: inOrder(stored.column(name), order) }),
  );
  const keys = (columns.find(({ name }) => name === ENTITY_KEY_FEATURE)?.cells ?? []) as readonly string[];
  if (new Set(keys).size !== keys.length)
    throw new TidemarkError('SNAPSHOT_DAMAGED', `the files of ${files[0]} and beside it hold an entity twice`);
  return { keys, columns, cells, digests: digestCells(columns, cells) };
}

function inOrder(column: readonly unknown[], order: Uint32Array): unknown[] {
  const ordered = new Array<unknown>(order.length);
  for (let row = 0; row < order.length; row++) ordered[row] = column[order[row] as number];
  return ordered;
}
