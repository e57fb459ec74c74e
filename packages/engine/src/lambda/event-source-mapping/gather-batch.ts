import type { EngineContext } from '../../engine-context.ts';
import type { StreamRecord, Streams } from '../../ports.ts';
import type { Batch } from './deliver-batch.ts';
import { type EventSource, eventRecordBytes } from './kinesis-event.ts';
import type { EventSourceMappingSpec } from './mapping-spec.ts';

/** What a synchronous invocation may carry, less the frame around the records. */
const EVENT_BYTES = 6_291_456 - 64;
/** Base64 makes four bytes of three. */
const READ_BYTES = EVENT_BYTES * 0.75;

export interface Gathering {
  readonly context: EngineContext;
  readonly streams: Streams;
  readonly spec: EventSourceMappingSpec;
  readonly source: EventSource;
  readonly isHalted: () => boolean;
  /** Until something has changed, or the engine's time is `untilMs`. */
  readonly wait: (untilMs?: number) => Promise<void>;
}

/**
 * The next batch from `position`: as soon as there are records, or, with a batching window, when the batch is full, the
 * shard ends, or the window since its first record has passed. `end` when nothing will come any more; undefined when halted.
 */
export async function gatherBatch(position: string, gathering: Gathering): Promise<Batch | 'end' | undefined> {
  const { context, streams, spec, source } = gathering;
  const bytesOf = eventRecordBytes(context, source);
  const records: StreamRecord[] = [];
  let next = position;
  let sizeBytes = 0;
  let closesMs: number | undefined;
  for (;;) {
    if (gathering.isHalted()) return undefined;
    const wanted = { records: spec.batchSize - records.length, bytes: READ_BYTES };
    const page = streams.read(spec.streamName, source.shardId, next, wanted);
    let isFull = page === undefined || page.isAtEnd;
    next = page?.next ?? next;
    for (const record of page?.records ?? []) {
      sizeBytes += bytesOf(record);
      if (sizeBytes > EVENT_BYTES && records.length > 0) {
        next = record.sequenceNumber;
        isFull = true;
        break;
      }
      records.push(record);
    }
    if (records.length > 0) {
      closesMs ??= context.clock.nowMs() + (spec.maximumBatchingWindowMs ?? 0);
      if (isFull || records.length >= spec.batchSize || context.clock.nowMs() >= closesMs) return { records, next };
    } else if (isFull) return 'end';
    await gathering.wait(closesMs);
  }
}
