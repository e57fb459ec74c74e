import type { CommitQueue } from './commit-queue.ts';
import type { FeatureStoreDatabase } from './feature-store-database.ts';

const SLICE = 500;

/** Lets go of deleted groups' online records, in slices between requests. They are out of reach from the deletion on. */
export function createPurge(database: FeatureStoreDatabase, queue: CommitQueue): () => Promise<void> {
  const next = database.prepare('SELECT group_id FROM purge LIMIT 1').pluck();
  const slice = database.prepare(`
    DELETE FROM online WHERE group_id = ? AND record_id IN (SELECT record_id FROM online WHERE group_id = ? LIMIT ${SLICE})`);
  const done = database.prepare('DELETE FROM purge WHERE group_id = ?');
  return async () => {
    for (let groupId = next.get() as number | undefined; groupId !== undefined; groupId = next.get() as number | undefined) {
      const purging = groupId;
      const deleted = await queue.submit(() => slice.run(purging, purging).changes);
      if (deleted < SLICE) await queue.submit(() => void done.run(purging));
    }
  };
}
