/**
 * Writes entries, 25 a call, several calls at once, not faster than the instance's share of the group's rate.
 *
 * The service's own refusals are faults of a dependency here (a schema cache that has not seen a new feature takes
 * minutes), never of a row: they are tried again with what came back unprocessed, and what is not taken in the end is for
 * the caller to fail on.
 */
import { type FeatureWriter, MOST_WRITES_A_CALL, type WriteEntry } from '../ports/feature-store.ts';
import { jitterMs, type Waiting } from '../ports/waiting.ts';

/** What was refused is refused for minutes: the caller's own repetitions wait for that. What was not processed may pass next time. */
const MOST_REFUSALS = 6;
const MOST_ATTEMPTS = 12;
const BASE_WAIT_MS = 40;
const MOST_WAIT_MS = 2_000;

export interface WritePace {
  /** Records a second that this instance may write: the group's rate divided by the reserved concurrency. */
  readonly recordsPerSecond: number;
  /** Write calls under way at once in one instance. */
  readonly callsInFlight: number;
}

export interface WriteDependencies {
  readonly writer: FeatureWriter;
  readonly waiting: Waiting;
  readonly pace: WritePace;
}

/** What was not taken: the entries of the calls that failed, and those that were not sent because of that. */
export interface NotTaken {
  readonly entries: readonly WriteEntry[];
  /** Why: how many of the entries of one call were left after how many attempts, and the last code, the service's own. */
  readonly reason: string;
}

/** `entries → what was not taken`, after several attempts. @throws DEPENDENCY_FAILED when a call as a whole fails */
export async function sendEntries(deps: WriteDependencies, entries: readonly WriteEntry[]): Promise<NotTaken | undefined> {
  const startedMs = deps.waiting.nowMs();
  const failed: NotTaken[] = [];
  let next = 0;
  const lane = async () => {
    while (next < entries.length && failed.length === 0) {
      const batch = entries.slice(next, next + MOST_WRITES_A_CALL);
      next += batch.length;
      const aheadMs = (next / deps.pace.recordsPerSecond) * 1_000 - (deps.waiting.nowMs() - startedMs);
      if (aheadMs > 1_000) await deps.waiting.sleep(aheadMs - 1_000);
      const left = await writeUntilTaken(deps, batch);
      if (left !== undefined) failed.push(left);
    }
  };
  await Promise.all(Array.from({ length: deps.pace.callsInFlight }, lane));
  const [first] = failed;
  if (first === undefined) return undefined;
  return { entries: [...failed.flatMap((one) => one.entries), ...entries.slice(next)], reason: first.reason };
}

async function writeUntilTaken(deps: WriteDependencies, batch: readonly WriteEntry[]): Promise<NotTaken | undefined> {
  let open = batch;
  let code = '';
  let attempts = 0;
  for (let refusals = 0; attempts < MOST_ATTEMPTS && refusals < MOST_REFUSALS; attempts++) {
    if (attempts > 0) await deps.waiting.sleep(jitterMs(attempts, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
    const { unprocessed, refused } = await deps.writer.write(open);
    open = [...unprocessed, ...refused.map(({ entry }) => entry)];
    code = refused[0]?.code ?? 'unprocessed';
    if (refused.length > 0) refusals++;
    if (open.length === 0) return undefined;
  }
  const group = batch[0]?.groupName;
  return {
    entries: open,
    reason: `${open.length} of ${batch.length} records of ${group} were not taken after ${attempts} attempts (${code})`,
  };
}
