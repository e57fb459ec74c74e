/**
 * The offline store: brings replication entries to S3 as Parquet, in the engine's time.
 *
 * Each lane of a group is flushed when its oldest entry has waited as long as the settings allow, or when the store is
 * quiet: no entry of any group has come for settings.offlineQuietMs. It takes along all that has waited the least: every
 * row's delay lies in settings.offlineDelayMs, an ingest makes as few files as that range permits, and making them does
 * not slow it down. Lanes are shorter of breath one after the other, so that with several of them rows reach S3 out of
 * order. Flushes run one at a time.
 *
 * Gaps: a group in Iceberg format has the files and the folders of one and nothing below metadata/: no metadata.json, no
 *   manifests, no snapshots. So Athena here reads all of data/, without time travel, pruning or DELETE, and other readers of
 *   Iceberg (pyiceberg, Spark) find no table.
 * Differences by design: file names derive from the rows' places in the log; a bucket that is missing holds the flush
 *   back, which is tried again and logged, instead of the status Blocked.
 * Client quirks: clients wait for more than one object under a group's path, so a first flush of one file gets an empty
 *   companion.
 */
import { rmSync } from 'node:fs';
import type { EngineContext } from '../engine-context.ts';
import type { CommitQueue } from '../featurestore/commit-queue.ts';
import { databaseFile, type FeatureStoreDatabase } from '../featurestore/feature-store-database.ts';
import type { ReplicationLog } from '../featurestore/replication-log.ts';
import type { Access } from '../iam/access.ts';
import type { Buckets } from '../ports.ts';
import type { FeatureGroup } from '../sagemaker/feature-group.ts';
import type { FeatureGroupRegistry } from '../sagemaker/feature-group-registry.ts';
import { parseS3Uri } from '../sagemaker/store-configs.ts';
import { bucketsOfGroup } from './buckets-of-group.ts';
import type { Flush } from './drain-protocol.ts';
import { createDrainWorker } from './drain-worker.ts';
import { createFlushLog } from './flush-log.ts';
import { type OfflineLayout, offlineKey, partitionOf } from './offline-path.ts';
import { printParquet } from './parquet-columns.ts';

export interface OfflineStore {
  start(): void;
  stop(): Promise<void>;
  /** Resolves when no flush that has come due is under way. */
  idle(): Promise<void>;
  /** Flushes everything, however short it has waited. Resolves when it is in S3. */
  drainNow(): Promise<void>;
}

export interface OfflineStoreParts {
  readonly database: FeatureStoreDatabase;
  readonly queue: CommitQueue;
  readonly replication: ReplicationLog;
  readonly registry: FeatureGroupRegistry;
  readonly buckets: Buckets;
  readonly access: Access;
}

const RETRY_MS = 5_000;

const layoutOf = ({ offline, eventTimeName }: FeatureGroup): OfflineLayout => ({
  format: offline?.TableFormat === 'Iceberg' ? 'iceberg' : 'glue',
  eventTimeName,
});

export function createOfflineStore(
  context: EngineContext,
  { database, queue, replication, registry, buckets: allBuckets, access }: OfflineStoreParts,
): OfflineStore {
  const { clock, dataDir, log, settings } = context;
  const folder = `${dataDir}/feature-store/drain`;
  const flushLog = createFlushLog(database, queue);
  const worker = createDrainWorker(databaseFile(dataDir), folder);
  /** Lanes with entries, by `group/lane`; the value cancels the alarm. */
  const alarms = new Map<string, () => void>();
  const lanesWithEntries = new Map<string, { readonly groupId: number; readonly lane: number }>();
  /** When the last entry of any lane came. */
  let newestMs = 0;
  const withCompanion = new Set<number>();
  let turn: Promise<void> = Promise.resolve();
  let running = false;

  const [leastMs, mostMs] = settings.offlineDelayMs;
  const patienceMs = (lane: number) => leastMs + ((mostMs - leastMs) * (lane + 1)) / settings.offlineFilesPerHour;
  const keyOf = (groupId: number, lane: number) => `${groupId}/${lane}`;

  /** When the store has been quiet for long enough: by then all that it holds has waited the least. */
  const quietAtMs = () => newestMs + Math.max(leastMs, settings.offlineQuietMs);
  /** Flushes the lane at `latestMs`, or when the store is quiet before that. */
  const schedule = (groupId: number, lane: number, latestMs: number) => {
    const key = keyOf(groupId, lane);
    wake(key, Math.min(latestMs, quietAtMs()), () => {
      if (clock.nowMs() < Math.min(latestMs, quietAtMs())) schedule(groupId, lane, latestMs);
      else flushInTurn(groupId, lane);
    });
  };
  const wake = (key: string, atMs: number, act: () => void) => {
    if (!running || alarms.has(key)) return;
    const ring = () => {
      alarms.delete(key);
      act();
    };
    alarms.set(key, clock.at(atMs, ring));
  };
  const flushInTurn = (groupId: number, lane: number) => {
    inTurn(() => drainLane(groupId, lane, () => clock.nowMs() - leastMs)).catch(() => {});
  };
  replication.onAppended((groupId, lane, arrivedMs) => {
    newestMs = arrivedMs;
    lanesWithEntries.set(keyOf(groupId, lane), { groupId, lane });
    schedule(groupId, lane, arrivedMs + patienceMs(lane));
  });

  function inTurn(task: () => Promise<void>): Promise<void> {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }

  /** One failure is logged and tried again later; entries stay until their files are in S3. */
  async function drainLane(groupId: number, lane: number, arrivedByMs: () => number): Promise<void> {
    try {
      await finishUnfinished();
      for (;;) {
        const flush = await flushLog.open(groupId, lane, arrivedByMs(), clock.nowMs());
        if (!flush) break;
        await carryOut(flush);
      }
      const oldestMs = flushLog.oldestArrival(groupId, lane);
      if (oldestMs !== undefined) return schedule(groupId, lane, oldestMs + patienceMs(lane));
      lanesWithEntries.delete(keyOf(groupId, lane));
      const group = registry.findById(groupId);
      if (group?.deleted && ![...lanesWithEntries.values()].some((other) => other.groupId === groupId)) registry.forget(groupId);
    } catch (error) {
      if (running)
        log(
          `offline store: a flush of feature group ${registry.findById(groupId)?.name} failed and is tried again: ${(error as Error).message}`,
        );
      wake(keyOf(groupId, lane), clock.nowMs() + RETRY_MS, () => flushInTurn(groupId, lane));
      throw error;
    }
  }

  /** What a crash or a failure has left. */
  async function finishUnfinished(): Promise<void> {
    for (const { flush, stored } of flushLog.unfinished()) {
      if (stored) await flushLog.trim(flush);
      else await carryOut(flush);
    }
  }

  async function carryOut(flush: Flush): Promise<void> {
    const group = registry.findById(flush.groupId) as FeatureGroup;
    const { bucket, prefix } = parseS3Uri(group.offline?.S3StorageConfig?.ResolvedOutputS3Uri);
    const buckets = bucketsOfGroup(allBuckets, access, group, bucket);
    const take = async (key: string, file: string) => {
      const objectKey = `${prefix}/${key}`;
      if (buckets.head(bucket, objectKey)) rmSync(file, { force: true });
      else await buckets.adopt(bucket, objectKey, file);
    };
    const { definitions } = group;
    const layout = layoutOf(group);
    await worker.run({ kind: 'flush', flush, definitions, layout, duplicateShare: settings.offlineDuplicateShare }, take);
    await ensureCompanion(group, buckets, bucket, prefix, flush.writeMs);
    await flushLog.markStored(flush);
    await flushLog.trim(flush);
  }

  async function ensureCompanion(
    group: FeatureGroup,
    buckets: Buckets,
    bucket: string,
    prefix: string,
    writeMs: number,
  ): Promise<void> {
    if (withCompanion.has(group.id)) return;
    const [first, ...others] = buckets.list(bucket, `${prefix}/`);
    if (first && others.length === 0) {
      const seconds = Math.floor(writeMs / 1000);
      const layout = layoutOf(group);
      const name = offlineKey(layout, partitionOf(layout, seconds), seconds, `companion/${group.id}`).split('/').at(-1);
      const partition = first.key.split('/').slice(0, -1).join('/');
      await buckets.put(bucket, `${partition}/${name}`, printParquet(group.definitions, [], writeMs));
    }
    withCompanion.add(group.id);
  }

  return {
    start() {
      running = true;
      for (const { groupId, lane, oldestMs } of flushLog.lanes()) {
        newestMs = Math.max(newestMs, oldestMs);
        lanesWithEntries.set(keyOf(groupId, lane), { groupId, lane });
        schedule(groupId, lane, oldestMs + patienceMs(lane));
      }
      if (flushLog.unfinished().length > 0)
        inTurn(finishUnfinished).catch((error: Error) => log(`offline store: ${error.message}`));
    },
    async stop() {
      running = false;
      for (const cancel of alarms.values()) cancel();
      alarms.clear();
      await worker.stop();
      await turn;
    },
    async idle() {
      await queue.submit(() => {});
      await turn;
    },
    async drainNow() {
      await queue.submit(() => {});
      for (const { groupId, lane } of [...lanesWithEntries.values()]) {
        alarms.get(keyOf(groupId, lane))?.();
        alarms.delete(keyOf(groupId, lane));
        await inTurn(() => drainLane(groupId, lane, () => Number.MAX_SAFE_INTEGER));
      }
      await turn;
    },
  };
}
