/**
 * What there is to do while a stream stands still: which groups, by which query, in how many buckets.
 *
 * The query reads the history once and deals its entities out to buckets; a redrive reads the buckets of its own entities
 * alone. A further attempt gets a prefix of its own: a failed query leaves files behind.
 */
import { type EventStream, eventGroupOf, isWindowed, TidemarkError, type WindowedGroup } from '@tidemark/domain';
import { planEventRows, printUnload } from '@tidemark/sql';
import { type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import { historyTable } from '../catalogue/history-table.ts';
import { loadJson } from '../ledger/json-objects.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RebuildBucketDependencies, RebuildDependencies } from './rebuild-dependencies.ts';
import {
  type BucketItem,
  type FailureCounts,
  type PlannedGroup,
  type RebuildPlan,
  type RebuildState,
  rebuildKeys,
} from './rebuild-plan.ts';
import { takeFailures } from './take-failures.ts';

/** How much history one call folds; an UNLOAD writes at most a hundred partitions. */
const BUCKET_BYTES = 16 * 1024 * 1024;
const MOST_BUCKETS = 100;

export async function planRebuild(deps: RebuildBucketDependencies, state: RebuildState): Promise<RebuildPlan> {
  const stream = requireStream(deps, state.request.stream);
  const sources = deps.definitions.streamSources.filter((source) => source.stream === stream);
  const { group: only } = state.request;
  const windowed = sources
    .map(({ group }) => group)
    .filter(isWindowed)
    .filter(({ name }) => only === undefined || name === only);
  const items = new Map<string, readonly BucketItem[]>();
  for (const group of windowed) items.set(group.name, await dealOut(deps, state, group));
  const isRedrive = state.request.mode === 'redrive';
  const buckets = new Map([...items].map(([name, all]) => [name, all.length]));
  const failures = isRedrive ? await takeFailures(deps, state.id, stream, buckets) : undefined;
  const groups: PlannedGroup[] = [];
  for (const group of windowed) {
    const planned = await planGroup(deps, state, group, items.get(group.name) ?? [], failures);
    if (planned !== undefined) groups.push(planned);
  }
  return { groups };
}

/** Settled once: a further attempt finds what was dealt out where it lies. */
async function dealOut(deps: RebuildDependencies, { id }: RebuildState, group: WindowedGroup): Promise<BucketItem[]> {
  const key = rebuildKeys.buckets(id, group.name);
  const existing = await loadJson<BucketItem[]>(deps.objects, deps.workBucket, key);
  if (existing !== undefined) return existing;
  const of = bucketsFor(await sizeBytes(deps.objects, await historyOf(deps, group)));
  const items = Array.from({ length: of }, (_, index) => ({ index }));
  await deps.objects.put(deps.workBucket, key, JSON.stringify(items));
  return items;
}

async function historyOf(deps: RebuildDependencies, group: WindowedGroup): Promise<OfflineTable> {
  const { offline } = resolveGroup(await deps.catalogue(), eventGroupOf(group));
  if (offline === undefined) throw new TidemarkError('INTERNAL', `the event history of group ${group.name} has no offline store`);
  return offline;
}

/** Undefined where a redrive has nothing for the group. */
async function planGroup(
  deps: RebuildDependencies,
  { id, attempt }: RebuildState,
  group: WindowedGroup,
  items: readonly BucketItem[],
  failures: FailureCounts | undefined,
): Promise<PlannedGroup | undefined> {
  const chosen = failures === undefined ? items : await withRecords(deps, id, group, items);
  if (chosen.length === 0) return undefined;
  const query = planEventRows({
    ...historyTable(await historyOf(deps, group), { bounded: false }),
    windowed: group.windowed,
    buckets: items.length,
    ...(failures === undefined ? {} : { only: chosen.map(({ index }) => index), fromMs: earliestOf(group, failures) }),
  });
  const bucketListKey = rebuildKeys.chosen(id, group.name);
  await deps.objects.put(deps.workBucket, bucketListKey, JSON.stringify(chosen));
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

/** No event that an id of a redriven one could stand for happened earlier. */
const earliestOf = ({ windowed: { latenessMs, layout } }: WindowedGroup, { arrivedFromMs = 0 }: FailureCounts): number =>
  arrivedFromMs - latenessMs - layout.tileMs;

/** The buckets that redriven events lie in. */
async function withRecords(
  deps: RebuildDependencies,
  id: string,
  group: WindowedGroup,
  items: readonly BucketItem[],
): Promise<BucketItem[]> {
  const keys = new Set<string>();
  for await (const { key } of deps.objects.list(deps.workBucket, rebuildKeys.allRecords(id, group.name))) keys.add(key);
  return items.filter(({ index }) => keys.has(rebuildKeys.records(id, group.name, index)));
}

export const bucketsFor = (historyBytes: number): number =>
  Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(historyBytes / BUCKET_BYTES)));

async function sizeBytes(objects: ObjectStore, { location }: OfflineTable): Promise<number> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  let bytes = 0;
  for await (const object of objects.list(bucket, `${prefix}/`)) bytes += object.sizeBytes;
  return bytes;
}

/** @throws STREAM_UNKNOWN */
export function requireStream({ definitions }: Pick<RebuildDependencies, 'definitions'>, name: string): EventStream {
  const stream = definitions.streams.find((one) => one.name === name);
  if (stream === undefined) throw new TidemarkError('STREAM_UNKNOWN', `there is no stream ${name}`, { field: 'stream' });
  return stream;
}
