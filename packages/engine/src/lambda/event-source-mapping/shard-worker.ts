import type { EngineContext } from '../../engine-context.ts';
import type { Buckets, Functions, StreamRecord, Streams } from '../../ports.ts';
import { type Delivery, deliverBatch } from './deliver-batch.ts';
import { putDiscardedBatch } from './discarded-batch.ts';
import { gatherBatch } from './gather-batch.ts';
import { type EventSource, kinesisEvent } from './kinesis-event.ts';
import type { MappingRow } from './mapping-table.ts';
import type { Signal } from './signal.ts';

export interface ShardWork {
  readonly context: EngineContext;
  readonly streams: Streams;
  readonly functions: Functions;
  /** S3 as the function's role may write to it at the moment. */
  readonly failures: () => Buckets;
  readonly row: MappingRow;
  readonly source: EventSource;
  readonly signal: Signal;
  readonly isHalted: () => boolean;
  readonly isStopped: () => boolean;
  readonly position: () => string;
  readonly checkpoint: (position: string) => void;
  readonly onIteratorAge: (shardId: string, ageMs: number) => void;
  readonly onResult: (result: string) => void;
  /** Why the stream may not be read; undefined when it may. */
  readonly refusal: () => string | undefined;
}

/** A role that lacks a permission may be given it: it is asked again, in the engine's time. */
const REFUSED_PAUSE_MS = 10_000;

/** Delivers a shard from its checkpoint on; true when the shard has ended and all of it is delivered, false when halted. */
export async function workShard(work: ShardWork): Promise<boolean> {
  const { context, streams, row, source } = work;
  const { streamRedeliverShare } = context.settings;
  const gathering = { context, streams, spec: row.spec, source, isHalted: work.isHalted, wait: work.signal.wait };
  let heldBackAt: string | undefined;
  for (;;) {
    const position = work.position();
    const batch = await gatherBatch(position, gathering);
    if (batch === undefined) return false;
    if (batch === 'end') return true;
    // Asked when there is something to read, since it may have been granted or taken while nothing was.
    const refusal = work.refusal();
    if (refusal !== undefined) {
      work.onResult(`PROBLEM: AccessDenied: ${refusal}`);
      context.log(`event source mapping ${row.spec.name}: ${source.shardId}: ${refusal}`);
      await work.signal.wait(context.clock.nowMs() + REFUSED_PAUSE_MS);
      if (work.isHalted()) return false;
      continue;
    }
    // Never twice from one position, so that the shard goes on whatever the share.
    const isCheckpointLost = heldBackAt !== position && streamRedeliverShare > 0 && context.random() < streamRedeliverShare;
    heldBackAt = isCheckpointLost ? position : undefined;
    const isComplete = await deliverBatch(batch, deliveryOf(work, isCheckpointLost));
    if (isComplete) work.onResult('OK');
    if (work.isHalted()) return false;
  }
}

function deliveryOf(work: ShardWork, isCheckpointLost: boolean): Delivery {
  const { context, streams, functions, row, source, signal } = work;
  const { spec } = row;
  return {
    spec,
    retentionMs: () => streams.find(spec.streamName)?.retentionMs ?? 0,
    nowMs: context.clock.nowMs,
    isHalted: work.isHalted,
    isStopped: work.isStopped,
    async invoke(records) {
      const { arrivalMs } = records.at(-1) as StreamRecord;
      work.onIteratorAge(source.shardId, Math.max(0, context.clock.nowMs() - arrivalMs));
      const result = await functions.invoke(spec.functionName, kinesisEvent(context, source, records));
      if (result.functionError !== undefined) work.onResult('PROBLEM: Function call failed');
      return result;
    },
    discard: (batch) => putDiscardedBatch(context, work.failures(), row, source, batch),
    checkpoint: isCheckpointLost ? () => {} : work.checkpoint,
    async pause(ms) {
      const untilMs = context.clock.nowMs() + ms;
      while (!work.isHalted() && context.clock.nowMs() < untilMs) await signal.wait(untilMs);
    },
    log: (line) => context.log(`event source mapping ${spec.name}: ${source.shardId}: ${line}`),
  };
}
