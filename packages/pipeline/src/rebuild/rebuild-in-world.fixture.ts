/** Machine `rebuild-windows` over the ports of a simulated store, with Athena as loops: each step is tried again when its instance dies. */
import type { WindowedGroup } from '@tidemark/domain';
import { bucketOf } from '@tidemark/sql';
import { writeParquet } from '../files/parquet-write.ts';
import { STREAM } from '../stream/stream-of-group.fixture.ts';
import { Crash, type StreamWorld } from '../stream/stream-world.fixture.ts';
import { planRebuild } from './plan-rebuild.ts';
import { rebuildBucket } from './rebuild-bucket.ts';
import type { RebuildBucketDependencies } from './rebuild-dependencies.ts';
import { type PlannedGroup, type RebuildReceipt, type RebuildRequest, type RebuildState, rebuildKeys } from './rebuild-plan.ts';
import { sealRebuild } from './seal-rebuild.ts';

export interface RebuildWorld {
  readonly world: StreamWorld;
  readonly group: WindowedGroup;
  readonly random: () => number;
  readonly sent: readonly { readonly arrivedMs: number }[];
}

const BUCKETS = 3;
const ATTEMPTS_BEFORE_CALM = 6;
let runs = 0;

/** @param visible How much of the history has reached the offline store, 0 to 1. */
export async function rebuildInWorld(
  { world, group, random, sent }: RebuildWorld,
  mode: RebuildRequest['mode'],
  options: Partial<RebuildRequest> & { readonly visible?: number } = {},
): Promise<RebuildReceipt> {
  const { visible = 1, ...more } = options;
  const id = `${mode}-${runs++}`;
  const pausedAtMs = Math.max(...sent.map((one) => one.arrivedMs));
  const base: RebuildState = { id, startedAt: new Date(0).toISOString(), attempt: 0, request: { stream: STREAM, mode, ...more } };
  // As for a history of some size.
  await world.objects.put('work', rebuildKeys.buckets(id, group.name), JSON.stringify(indexes(BUCKETS)));
  const plan = await step(world, (deps) => planRebuild(deps, base));
  for (const planned of plan.groups) {
    unload(world, group, id, visible);
    for (const { index } of await itemsOf(world, planned)) {
      const bucket = { id, attempt: 0, group: planned.group, index, pausedAtMs, request: base.request };
      await step(world, (deps) => rebuildBucket(deps, bucket));
      if (random() < 0.2) await step(world, (deps) => rebuildBucket(deps, bucket));
    }
  }
  return step(world, (deps) => sealRebuild(deps, { ...base, plan: { value: plan } }));
}

const indexes = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));

async function itemsOf({ objects }: StreamWorld, { bucketListKey }: PlannedGroup): Promise<{ index: number }[]> {
  return JSON.parse(Buffer.from((await objects.read({ bucket: 'work', key: bucketListKey })) ?? []).toString('utf8'));
}

async function step<Value>(world: StreamWorld, act: (deps: RebuildBucketDependencies) => Promise<Value>): Promise<Value> {
  for (let attempts = 0; ; attempts++) {
    world.calm = attempts >= ATTEMPTS_BEFORE_CALM;
    try {
      return await act(world.instance());
    } catch (error) {
      const isTransient = error instanceof Crash || (error as { code?: string }).code === 'DEPENDENCY_FAILED';
      if (!isTransient) throw error;
    } finally {
      world.calm = true;
    }
  }
}

/** What the query would find: here everything, which is more than it has to. */
function unload(world: StreamWorld, group: WindowedGroup, id: string, visible: number): void {
  const history = world.history();
  const rows = history.slice(0, Math.ceil(history.length * visible));
  const types = { text: 'STRING', integer: 'INT64', decimal: 'INT64', number: 'DOUBLE' } as const;
  for (const [bucket, own] of Map.groupBy(rows, (row) => bucketOf(row.entityKey, BUCKETS))) {
    const body = writeParquet([
      { name: 'entity', type: 'STRING', data: own.map((row) => row.entityKey) },
      { name: 'id', type: 'STRING', data: own.map((row) => row.id) },
      { name: 'event_time', type: 'STRING', data: own.map((row) => row.eventTime) },
      { name: 'arrived', type: 'INT64', data: own.map((row) => row.arrivedMs) },
      ...Object.entries(group.windowed.fields).map(([name, { kind }]) => ({
        name,
        type: types[kind],
        data: own.map((row) => row.values[name] ?? null),
      })),
    ]);
    void world.objects.put('work', `${rebuildKeys.rows(id, group.name, 0)}bucket=${bucket}/part-0.parquet`, body);
  }
}
