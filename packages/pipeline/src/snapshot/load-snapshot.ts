import { TidemarkError } from '@tidemark/domain';
import { loadJson } from '../ledger/json-objects.ts';
import { lastDates, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SnapshotManifest } from './publish-snapshot.ts';
import { snapshotKeys } from './snapshot-plan.ts';

const ID = /^[A-Za-z0-9_-]{1,80}$/;

/** The manifest of a snapshot, by its id. @throws SNAPSHOT_UNKNOWN, for a text that is no id as well */
export async function requireSnapshot(objects: ObjectStore, bucket: string, id: string): Promise<SnapshotManifest> {
  const manifest =
    typeof id === 'string' && ID.test(id)
      ? await loadJson<SnapshotManifest>(objects, bucket, snapshotKeys.manifest(id))
      : undefined;
  if (manifest === undefined)
    throw new TidemarkError('SNAPSHOT_UNKNOWN', 'there is no such snapshot: `tidemark snapshots` lists those that there are', {
      field: 'snapshot',
    });
  return manifest;
}

/** The manifests of the last days, the newest first. */
export async function listSnapshots(
  objects: ObjectStore,
  ledger: string,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): Promise<SnapshotManifest[]> {
  const manifests: SnapshotManifest[] = [];
  for (const date of lastDates(nowMs, days)) {
    for await (const { key } of objects.list(ledger, ledgerKeys.snapshotDay(date))) {
      const manifest = await loadJson<SnapshotManifest>(objects, ledger, key);
      if (manifest !== undefined) manifests.push(manifest);
    }
  }
  return manifests.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}
