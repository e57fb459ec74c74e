import { removeAll } from '../ledger/remove-all.ts';
import type { SnapshotDependencies } from './snapshot-dependencies.ts';
import { type SnapshotState, snapshotKeys, snapshotWorkKeys } from './snapshot-plan.ts';

/** Removes what lay about while the snapshot was taken, and what failed attempts left; after a failure everything of it. */
export async function cleanSnapshot(
  deps: SnapshotDependencies,
  { id, queried = [], failure }: SnapshotState & { readonly failure?: unknown },
): Promise<void> {
  if (failure !== undefined) await removeAll(deps.objects, deps.snapshotBucket, snapshotKeys.all(id));
  else
    for (const { group, attempt } of queried)
      for (let failed = 0; failed < attempt; failed++)
        await removeAll(deps.objects, deps.snapshotBucket, snapshotKeys.attempt(id, group, failed));
  await removeAll(deps.objects, deps.workBucket, snapshotWorkKeys.all(id));
}
