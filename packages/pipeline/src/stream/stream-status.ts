/** How a stream is: what became of its records lately, how far behind its shards are, and what waits for a person. */
import { type EventStream, physicalStreamName } from '@tidemark/domain';
import { requireJson } from '../ledger/json-objects.ts';
import { datesBetween, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { EventSourceMappings } from '../ports/event-source-mappings.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StreamTips } from '../ports/stream-tips.ts';
import { addReasons } from '../rebuild/add-reasons.ts';
import { listFailures } from '../rebuild/failure-objects.ts';
import { loadPause, type StreamPause } from '../rebuild/pause-stream.ts';
import { type BatchEvidence, type GroupCounts, withoutRedelivered } from './batch-evidence.ts';

export interface StatusDependencies {
  readonly objects: ObjectStore;
  readonly ledger: string;
  readonly stage: string;
  readonly mappings: Pick<EventSourceMappings, 'of'>;
  readonly tips: StreamTips;
  readonly nowMs: () => number;
}

export interface ShardStatus {
  readonly shardId: string;
  readonly isOpen: boolean;
  /** Of the last record that was consumed; undefined when none was, or long ago. */
  readonly consumedTo: string | undefined;
  /** How long the first record that waits has been waiting; 0 when none does. */
  readonly behindMs: number;
}

export interface StreamStatus {
  readonly stream: string;
  /** Counts are of batches that were handled from here on. */
  readonly since: string;
  readonly records: number;
  readonly ignored: number;
  readonly unreadable: number;
  readonly groups: Readonly<Record<string, GroupCounts>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly shards: readonly ShardStatus[];
  readonly mappings: readonly { readonly id: string; readonly state: string; readonly lastResult: string | undefined }[];
  readonly paused: StreamPause | undefined;
  /** Batches that were given up, of any stream: `tidemark stream redrive`. */
  readonly failures: { readonly objects: number; readonly oldest: string | undefined };
}

const DAY_MS = 86_400_000;
const READS_AT_ONCE = 16;

export async function streamStatus(
  deps: StatusDependencies,
  stream: Pick<EventStream, 'name'>,
  sinceMs: number,
): Promise<StreamStatus> {
  const streamName = physicalStreamName(deps.stage, stream);
  const batches = await listBatches(deps, stream, sinceMs);
  const evidence = withoutRedelivered(
    await readBatches(
      deps,
      batches.filter((one) => one.handledMs >= sinceMs),
    ),
  );
  const sum = (pick: (one: BatchEvidence) => number) => evidence.reduce((total, one) => total + pick(one), 0);
  const shards = await deps.tips.shards(streamName);
  return {
    stream: stream.name,
    since: new Date(sinceMs).toISOString(),
    records: sum((one) => one.records),
    ignored: sum((one) => one.ignored),
    unreadable: sum((one) => one.unreadable),
    groups: addGroups(evidence),
    reasons: addReasons(evidence.map((one) => one.reasons)),
    shards: await Promise.all(
      shards.map(async ({ shardId, isOpen }) => {
        const consumedTo = latest(batches.filter((one) => one.shardId === shardId).map((one) => one.last));
        return { shardId, isOpen, consumedTo, behindMs: await deps.tips.behindMs(streamName, shardId, consumedTo) };
      }),
    ),
    mappings: await deps.mappings.of(streamName),
    paused: (await loadPause(deps, stream)).pause,
    failures: await countFailures(deps),
  };
}

interface ListedBatch {
  readonly key: string;
  readonly shardId: string;
  readonly last: string;
  readonly handledMs: number;
}

/** Keys say which records a batch had; arrivals lie at most as far back as the day before. */
async function listBatches(
  { objects, ledger, nowMs }: StatusDependencies,
  { name }: Pick<EventStream, 'name'>,
  sinceMs: number,
): Promise<ListedBatch[]> {
  const batches: ListedBatch[] = [];
  for (const date of datesBetween(sinceMs - DAY_MS, nowMs() + DAY_MS)) {
    for await (const { key, lastModifiedMs } of objects.list(ledger, ledgerKeys.streamBatchDay(date, name))) {
      const [, shardId, last] = /\/([^/]+)\/\d+-(\d+)\.json$/.exec(key) ?? [];
      if (shardId !== undefined && last !== undefined) batches.push({ key, shardId, last, handledMs: lastModifiedMs });
    }
  }
  return batches;
}

async function readBatches({ objects, ledger }: StatusDependencies, batches: readonly ListedBatch[]): Promise<BatchEvidence[]> {
  const evidence: BatchEvidence[] = [];
  let next = 0;
  const lane = async () => {
    for (let one = batches[next++]; one !== undefined; one = batches[next++])
      evidence.push(await requireJson<BatchEvidence>(objects, ledger, one.key));
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, lane));
  return evidence;
}

function addGroups(evidence: readonly BatchEvidence[]): Record<string, GroupCounts> {
  const groups: Record<string, GroupCounts> = {};
  for (const one of evidence) {
    for (const [name, counts] of Object.entries(one.groups)) {
      const before = groups[name];
      groups[name] = before === undefined ? counts : addCounts(before, counts);
    }
  }
  return Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const addCounts = (one: GroupCounts, other: GroupCounts): GroupCounts => ({
  in: one.in + other.in,
  accepted: one.accepted + other.accepted,
  duplicates: one.duplicates + other.duplicates,
  quarantined: one.quarantined + other.quarantined,
  late: one.late + other.late,
});

const latest = (sequenceNumbers: readonly string[]): string | undefined =>
  sequenceNumbers.reduce<string | undefined>(
    (last, one) => (last === undefined || BigInt(one) > BigInt(last) ? one : last),
    undefined,
  );

async function countFailures({ objects, ledger }: StatusDependencies): Promise<StreamStatus['failures']> {
  let found = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  for await (const { lastModifiedMs } of listFailures(objects, ledger)) {
    found += 1;
    oldestMs = Math.min(oldestMs, lastModifiedMs);
  }
  return { objects: found, oldest: found === 0 ? undefined : new Date(oldestMs).toISOString() };
}
