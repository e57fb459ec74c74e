/**
 * Reads the records of a request in as few calls as the limit of 100 records allows, all at once; what comes back
 * unprocessed is asked for again with full jitter until the deadline. What the store refuses stays unread, and only it.
 */
import { TidemarkError } from '@tidemark/domain';
import { type FeatureReader, MOST_READS_A_CALL, type OnlineRecord, type ReadRequest } from '../ports/feature-store.ts';
import { jitterMs, type Waiting } from '../ports/waiting.ts';

export interface WantedRecords {
  readonly groupName: string;
  readonly entityKeys: readonly string[];
  readonly features: readonly string[];
}

export interface ReadRecords {
  readonly found: readonly OnlineRecord[];
  /** `group NUL key` of records that could not be read. */
  readonly failed: ReadonlySet<string>;
}

export const recordId = (groupName: string, entityKey: string): string => `${groupName}\u0000${entityKey}`;

const MOST_ATTEMPTS = 5;
const BASE_WAIT_MS = 15;
const MOST_WAIT_MS = 500;

/** @throws SERVE_DEADLINE when time runs out, SERVE_UNAVAILABLE when nothing at all could be read */
export async function readRecords(
  deps: { readonly reader: FeatureReader; readonly waiting: Waiting },
  wanted: readonly WantedRecords[],
  deadlineMs: number,
): Promise<ReadRecords> {
  const found: OnlineRecord[] = [];
  const failed = new Set<string>();
  const calls = packCalls(wanted);
  const outcomes = await Promise.allSettled(calls.map((call) => readCall(deps, call, deadlineMs, found, failed)));
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
  if (rejected !== undefined && outcomes.every((outcome) => outcome.status === 'rejected')) {
    if (rejected.reason instanceof TidemarkError && rejected.reason.code === 'SERVE_DEADLINE') throw rejected.reason;
    throw new TidemarkError('SERVE_UNAVAILABLE', 'the feature store could not be read: try again', { cause: rejected.reason });
  }
  outcomes.forEach((outcome, at) => {
    if (outcome.status === 'rejected') markFailed(calls[at] ?? [], failed);
  });
  return { found, failed };
}

async function readCall(
  deps: { readonly reader: FeatureReader; readonly waiting: Waiting },
  call: readonly ReadRequest[],
  deadlineMs: number,
  found: OnlineRecord[],
  failed: Set<string>,
): Promise<void> {
  let open = call;
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) await deps.waiting.sleep(jitterMs(attempt, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
    if (deps.waiting.nowMs() >= deadlineMs)
      throw new TidemarkError('SERVE_DEADLINE', 'the feature store did not answer in time: ask for fewer rows or try again');
    const { records, unprocessed, refused } = await deps.reader.read(open);
    for (const record of records) found.push(record);
    for (const { groupName, entityKey } of refused) failed.add(recordId(groupName, entityKey));
    open = unprocessed;
    if (open.length === 0) return;
    if (attempt + 1 >= MOST_ATTEMPTS) return markFailed(open, failed);
  }
}

function markFailed(requests: readonly ReadRequest[], failed: Set<string>): void {
  for (const { groupName, entityKeys } of requests) for (const key of entityKeys) failed.add(recordId(groupName, key));
}

/** Fills calls of 100 records, splitting a group over two calls where it does not fit. */
export function packCalls(wanted: readonly WantedRecords[]): ReadRequest[][] {
  const calls: ReadRequest[][] = [];
  let call: ReadRequest[] = [];
  let room = MOST_READS_A_CALL;
  for (const { groupName, entityKeys, features } of wanted) {
    for (let at = 0; at < entityKeys.length; ) {
      const keys = entityKeys.slice(at, at + room);
      call.push({ groupName, entityKeys: keys, features });
      at += keys.length;
      room -= keys.length;
      if (room === 0) {
        calls.push(call);
        call = [];
        room = MOST_READS_A_CALL;
      }
    }
  }
  return call.length === 0 ? calls : [...calls, call];
}
