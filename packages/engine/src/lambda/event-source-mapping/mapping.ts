/**
 * One event source mapping at work: a worker a shard, in parallel; a shard begins when its parents are done or gone.
 *
 * Halted (disabled): the batch that is with the function is finished, its checkpoint saved, and no other begins. Stopped
 * (the engine goes): nothing that ends from now on is recorded, and it comes again.
 */
import type { EngineContext } from '../../engine-context.ts';
import { type Access, openAccess } from '../../iam/access.ts';
import type { Buckets, Functions, Streams } from '../../ports.ts';
import { failureBuckets } from '../failure-buckets.ts';
import type { Checkpoint, MappingRow, MappingTable } from './mapping-table.ts';
import { pollRefusal } from './poll-refusal.ts';
import { type ShardWork, workShard } from './shard-worker.ts';
import { createSignal } from './signal.ts';

export interface MappingPorts {
  readonly streams: Streams;
  readonly functions: Functions;
  readonly buckets: Buckets;
  readonly access?: Access;
  /** Name of the role that a function has: its stream is read in it. */
  readonly roleOf?: (functionName: string) => string | undefined;
  readonly onIteratorAge: (streamName: string, functionName: string, shardId: string, ageMs: number) => void;
}

export interface Mapping {
  row(): MappingRow;
  /** Takes a changed row; what is under way ends under the old one. */
  update(row: MappingRow): void;
  start(): void;
  stop(): void;
  /** Records or shards may have come. */
  wake(): void;
  state(): 'Enabled' | 'Disabling' | 'Disabled';
  lastResult(): string;
  /** Whether something that is in the stream is not delivered, and nobody has told it to wait. */
  isBehind(): boolean;
}

export function createMapping(
  context: EngineContext,
  table: MappingTable,
  initial: MappingRow,
  ports: MappingPorts,
  onProgress: () => void,
): Mapping {
  const { streams, functions, buckets, access = openAccess, roleOf = () => undefined } = ports;
  const signal = createSignal(context.clock);
  const working = new Set<string>();
  let row = initial;
  let checkpoints = table.checkpoints(row.uuid);
  /** Workers of an older generation halt. */
  let generation = 0;
  let isStarted = false;
  let isStopped = false;
  let lastResult = 'No records processed';

  const stream = () => {
    const found = streams.find(row.spec.streamName);
    return found?.id === row.streamId ? found : undefined;
  };
  const save = (shardId: string, checkpoint: Checkpoint) => {
    table.saveCheckpoint(row.uuid, shardId, checkpoint);
    checkpoints.set(shardId, checkpoint);
    onProgress();
  };
  const isDone = (shardId: string) => checkpoints.get(shardId)?.isDone === true;
  const positionIn = (shardId: string) =>
    checkpoints.get(shardId)?.position ?? streams.position(row.spec.streamName, shardId, 'TRIM_HORIZON') ?? '';

  function schedule(): void {
    if (!isStarted || isStopped || !row.enabled) return;
    const shards = stream()?.shards ?? [];
    const isThere = (shardId: string) => shards.some((shard) => shard.shardId === shardId);
    for (const { shardId, parentShardIds } of shards) {
      if (working.has(shardId) || isDone(shardId)) continue;
      if (parentShardIds.every((parent) => isDone(parent) || !isThere(parent))) void work(shardId);
    }
  }

  async function work(shardId: string): Promise<void> {
    const found = stream();
    if (!found) return;
    const own = generation;
    const { spec } = row;
    working.add(shardId);
    const shardWork: ShardWork = {
      context,
      streams,
      functions,
      failures: () => failureBuckets(buckets, access, { name: spec.functionName, role: roleOf(spec.functionName) }),
      refusal: () => pollRefusal(access, roleOf(spec.functionName), spec, found.arn),
      row,
      source: { shardId, streamArn: found.arn, functionName: spec.functionName },
      signal,
      isHalted: () => isStopped || own !== generation || stream() === undefined,
      isStopped: () => isStopped || stream() === undefined,
      position: () => positionIn(shardId),
      checkpoint: (position) => save(shardId, { position, isDone: false }),
      onIteratorAge: (shard, ageMs) => ports.onIteratorAge(spec.streamName, spec.functionName, shard, ageMs),
      onResult(result) {
        lastResult = result;
      },
    };
    try {
      const isComplete = await workShard(shardWork);
      if (isComplete && !isStopped) save(shardId, { position: positionIn(shardId), isDone: true });
      working.delete(shardId);
    } catch (error) {
      // Only the engine's own files can cause this; the shard is tried again when something comes to the stream.
      working.delete(shardId);
      if (!isStopped) context.log(`event source mapping ${spec.name}: ${shardId} halts: ${(error as Error).message}`);
      return;
    }
    if (isStopped) return;
    onProgress();
    schedule();
  }

  return {
    row: () => row,
    update(next) {
      row = next;
      checkpoints = table.checkpoints(row.uuid);
      generation += 1;
      signal.notify();
      schedule();
    },
    start() {
      isStarted = true;
      schedule();
    },
    stop() {
      isStopped = true;
      signal.notify();
    },
    wake() {
      signal.notify();
      schedule();
    },
    state: () => (row.enabled ? 'Enabled' : working.size > 0 ? 'Disabling' : 'Disabled'),
    lastResult: () => lastResult,
    isBehind() {
      if (!isStarted || isStopped || !row.enabled) return false;
      return (stream()?.shards ?? []).some(({ shardId, isOpen }) => {
        if (isDone(shardId)) return false;
        if (!isOpen) return true;
        const page = streams.read(row.spec.streamName, shardId, positionIn(shardId), { records: 1, bytes: 1 });
        return page !== undefined && page.records.length > 0;
      });
    },
  };
}
