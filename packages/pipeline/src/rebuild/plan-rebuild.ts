/**
 * What there is to do while a stream stands still: which groups, by which query, in how many buckets.
 *
 * The query reads the history once and deals its entities out to buckets; a redrive reads the buckets of its own entities
 * alone. A further attempt gets a prefix of its own: a failed query leaves files behind.
 */
import { eventGroupOf, findStream, isWindowed, TidemarkError, type WindowedGroup } from '@tidemark/domain';
import { planEventRows, printUnload } from '@tidemark/sql';
import { type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RebuildDependencies } from './rebuild-dependencies.ts';
import { type PlannedGroup, type RebuildPlan, type RebuildState, rebuildKeys } from './rebuild-plan.ts';

/** How much history one call folds; an UNLOAD writes at most a hundred partitions. */
const BUCKET_BYTES = 16 * 1024 * 1024;
const MOST_BUCKETS = 100;

export async function planRebuild(deps: RebuildDependencies, state: RebuildState): Promise<RebuildPlan> {
  const stream = findStream(deps.definitions, state.request.stream);
  const windowed = deps.definitions.streamSources.filter((source) => source.stream === stream).map((source) => source.group);
  const groups: PlannedGroup[] = [];
  for (const group of windowed.filter(isWindowed)) groups.push(await planGroup(deps, state, group));
  return { groups };
}

async function planGroup(deps: RebuildDependencies, { id, attempt }: RebuildState, group: WindowedGroup): Promise<PlannedGroup> {
  const { offline } = resolveGroup(await deps.catalogue(), eventGroupOf(group));
  if (offline === undefined) throw new TidemarkError('INTERNAL', `the event history of group ${group.name} has no offline store`);
  const buckets = bucketsFor(await sizeBytes(deps.objects, offline));
  const table = { database: offline.database, name: offline.table };
  const query = planEventRows({ table, windowed: group.windowed, buckets });
  const bucketListKey = rebuildKeys.buckets(id, group.name);
  await deps.objects.put(deps.workBucket, bucketListKey, JSON.stringify(Array.from({ length: buckets }, (_, index) => ({ index }))));
  return {
    group: group.name,
    queryString: printUnload(query, {
      location: `s3://${deps.workBucket}/${rebuildKeys.rows(id, group.name, attempt)}`,
      partitionedBy: ['bucket'],
      compression: 'SNAPPY',
    }),
    resultLocation: `s3://${deps.workBucket}/${rebuildKeys.queryResults(id)}`,
    workBucket: deps.workBucket,
    bucketListKey,
  };
}

export const bucketsFor = (historyBytes: number): number =>
  Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(historyBytes / BUCKET_BYTES)));

async function sizeBytes(objects: ObjectStore, { location }: OfflineTable): Promise<number> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  let bytes = 0;
  for await (const object of objects.list(bucket, `${prefix}/`)) bytes += object.sizeBytes;
  return bytes;
}
