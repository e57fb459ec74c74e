/**
 * Which raw files belong to a backfill (docs/decisions/020): the newest version of each object under the prefixes of the
 * group's sources; on a schedule those that arrived from a time on, for a range of event times all of them.
 *
 * There is no upper bound: a later file may correct a row of an earlier one, and only who sees both knows which counts.
 */
import type { Source } from '@tidemark/domain';
import type { ObjectStore } from '../ports/object-store.ts';
import type { BackfillFile, BackfillWindow } from './backfill-plan.ts';

/** S3 dates an object of a multipart upload from when the upload began. */
const LONGEST_UPLOAD_MS = 6 * 3_600_000;

export async function findBackfillFiles(
  objects: ObjectStore,
  rawBucket: string,
  sources: readonly Source[],
  window: BackfillWindow,
): Promise<BackfillFile[]> {
  const fromMs = window.by === 'arrival' ? Date.parse(window.from) - LONGEST_UPLOAD_MS : Number.NEGATIVE_INFINITY;
  const found: Omit<BackfillFile, 'index'>[] = [];
  for (const source of sources) {
    for await (const { key, versionId, sizeBytes, lastModifiedMs } of objects.listVersions(rawBucket, source.prefix)) {
      if (lastModifiedMs >= fromMs)
        found.push({ source: source.name, key, versionId: versionId ?? '', sizeBytes, lastModifiedMs });
    }
  }
  found.sort((a, b) => a.lastModifiedMs - b.lastModifiedMs || (a.key < b.key ? -1 : 1));
  return found.map((file, index) => ({ index, ...file }));
}
