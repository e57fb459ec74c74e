/**
 * Brings one batch of a shard to the function, by Lambda's rules for streams.
 *
 *   parts, in order: at first the whole batch
 *   - records that are too old are discarded before anything else
 *   - delivered            → checkpoint after the part
 *   - failed from record k → checkpoint at k; what is left is a part of its own, which costs a retry unless batches are
 *                            split on failure
 *   - failed as a whole    → split in two, which costs no retry, or retried; when no retry is left, discarded
 *   - not invoked          → again later, at no cost
 *
 * Invariant: the checkpoint passes a record only after the function took it or the failure destination holds it.
 * Before a retry it waits, in the engine's time, from 200 ms on and twice as long each time, up to 30 s.
 */
import type { InvocationResult, StreamRecord } from '../../ports.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { DiscardedBatch } from './discarded-batch.ts';
import type { EventSourceMappingSpec } from './mapping-spec.ts';

export interface Batch {
  readonly records: readonly StreamRecord[];
  /** The position after the last record. */
  readonly next: string;
}

export interface Delivery {
  readonly spec: EventSourceMappingSpec;
  readonly retentionMs: () => number;
  readonly nowMs: () => number;
  /** No further step is taken. */
  readonly isHalted: () => boolean;
  /** As halted, but what an invocation that is under way does counts no more either. */
  readonly isStopped: () => boolean;
  /** Rejects when the function could not be invoked. */
  readonly invoke: (records: readonly StreamRecord[]) => Promise<InvocationResult>;
  readonly discard: (batch: DiscardedBatch) => Promise<void>;
  readonly checkpoint: (position: string) => void;
  /** Waits in the engine's time; ends early when halted. */
  readonly pause: (ms: number) => Promise<void>;
  readonly log: (line: string) => void;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly retries: number;
  readonly invocations: number;
  /** Of the last invocation. */
  readonly functionError: string | undefined;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** Whether all of the batch is delivered or discarded; false when it was halted before. */
export async function deliverBatch(batch: Batch, delivery: Delivery): Promise<boolean> {
  const { spec } = delivery;
  const retriesAllowed = spec.maximumRetryAttempts ?? -1;
  const parts: Part[] = [{ start: 0, end: batch.records.length, retries: 0, invocations: 0, functionError: undefined }];
  const positionAt = (index: number) => batch.records[index]?.sequenceNumber ?? batch.next;
  let failuresInARow = 0;

  const pauseAfterFailure = () => {
    failuresInARow += 1;
    return delivery.pause(Math.min(FIRST_PAUSE_MS * 2 ** (failuresInARow - 1), LONGEST_PAUSE_MS));
  };
  const pass = (upTo: number) => {
    failuresInARow = 0;
    delivery.checkpoint(positionAt(upTo));
  };
  /** Until the destination has it: a shard waits for its failure destination. */
  const discard = async (discarded: DiscardedBatch, upTo: number) => {
    for (;;) {
      try {
        await delivery.discard(discarded);
        if (delivery.isStopped()) return;
        return pass(upTo);
      } catch (error) {
        delivery.log(`the failure destination refused ${discarded.records.length} records: ${(error as Error).message}`);
        await pauseAfterFailure();
        if (delivery.isHalted()) return;
      }
    }
  };

  for (let part = parts.shift(); part; part = parts.shift()) {
    if (delivery.isHalted()) return false;
    const { start, end, retries, invocations, functionError } = part;
    const tooOld = countTooOld(batch.records.slice(start, end), delivery);
    if (tooOld > 0) {
      const records = batch.records.slice(start, start + tooOld);
      await discard({ records, condition: 'RecordAgeExceeded', invocations, functionError }, start + tooOld);
      if (start + tooOld < end) parts.unshift({ ...part, start: start + tooOld });
      continue;
    }

    const records = batch.records.slice(start, end);
    let result: InvocationResult;
    try {
      result = await delivery.invoke(records);
    } catch (error) {
      if (delivery.isStopped()) return false;
      delivery.log(`${spec.functionName} could not be invoked: ${(error as Error).message}`);
      parts.unshift(part);
      await pauseAfterFailure();
      continue;
    }
    if (delivery.isStopped()) return false;
    const outcome = batchOutcome(result, records, spec.reportBatchItemFailures);
    if (outcome.kind === 'delivered') {
      pass(end);
      continue;
    }

    const failedFrom = start + outcome.failedFrom;
    if (failedFrom > start) pass(failedFrom);
    const left: Part = { start: failedFrom, end, retries, invocations: invocations + 1, functionError: result.functionError };
    const mayBisect = spec.bisectBatchOnFunctionError === true && (failedFrom > start || end - failedFrom > 1);
    if (mayBisect) {
      const middle = failedFrom > start ? end : failedFrom + Math.ceil((end - failedFrom) / 2);
      // At once: there are only so many halves, and a record that goes on failing waits when it is alone.
      parts.unshift({ ...left, end: middle }, ...(middle < end ? [{ ...left, start: middle }] : []));
    } else if (retriesAllowed !== -1 && retries >= retriesAllowed) {
      const given = batch.records.slice(failedFrom, end);
      await discard({ ...left, records: given, condition: 'RetryAttemptsExhausted' }, end);
    } else {
      parts.unshift({ ...left, retries: retries + 1 });
      await pauseAfterFailure();
    }
  }
  return !delivery.isHalted();
}

/** How many records at the beginning are older than the mapping allows, or than the stream keeps them. */
function countTooOld(records: readonly StreamRecord[], { spec, retentionMs, nowMs }: Delivery): number {
  const ageLimitMs = spec.maximumRecordAgeMs ?? -1;
  const now = nowMs();
  const isTooOld = ({ arrivalMs, storedMs }: StreamRecord) =>
    (ageLimitMs !== -1 && now - arrivalMs > ageLimitMs) || now - storedMs >= retentionMs();
  const firstYoung = records.findIndex((record) => !isTooOld(record));
  return firstYoung < 0 ? records.length : firstYoung;
}
