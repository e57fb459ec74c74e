/**
 * Writes accepted records of a file. History is written before the records that go online, so that among rows of one entity
 * and event time the one that is served is also the last to arrive.
 */
import { type FeatureRecord, TidemarkError } from '@tidemark/domain';
import type { WriteEntry } from '../ports/feature-store.ts';
import { newestOfEachEntity } from '../store/newest-of-each-entity.ts';
import { sendEntries, type WriteDependencies } from '../store/send-entries.ts';

/** `records in file order → how many went online`. @throws INGEST_WRITE_FAILED after several attempts. */
export async function writeRecords(
  deps: WriteDependencies,
  groupName: string,
  records: readonly FeatureRecord[],
): Promise<{ online: number }> {
  const newest = newestOfEachEntity(records);
  const history = records.filter((record) => !newest.has(record));
  await writeEntries(
    deps,
    history.map((record) => ({ groupName, record, stores: 'offline' })),
  );
  await writeEntries(
    deps,
    [...newest].map((record) => ({ groupName, record, stores: 'both' })),
  );
  return { online: newest.size };
}

/** In no order. @throws INGEST_WRITE_FAILED after several attempts. */
export async function writeEntries(deps: WriteDependencies, entries: readonly WriteEntry[]): Promise<void> {
  const failed = await sendEntries(deps, entries);
  if (failed !== undefined) throw new TidemarkError('INGEST_WRITE_FAILED', `${failed.reason}: the chunk is tried again`);
}
