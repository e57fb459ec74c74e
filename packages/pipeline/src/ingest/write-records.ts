/**
 * Writes accepted records, 25 a call, several calls at once, not faster than the instance's share of the group's rate.
 *
 * The service's own refusals are faults of a dependency here (a schema cache that has not seen a new feature takes
 * minutes), never of a row: they are tried again with what came back unprocessed, and in the end the chunk fails and is
 * redriven. History is written before the records that go online, so that among rows of one entity and event time the
 * one that is served is also the last to arrive.
 */
import { type FeatureRecord, TidemarkError } from '@tidemark/domain';
import { type FeatureWriter, MOST_WRITES_A_CALL, type WriteEntry } from '../ports/feature-store.ts';
import { jitterMs, type Waiting } from '../ports/waiting.ts';
import type { WritePace } from './ingest-dependencies.ts';
import { newestOfEachEntity } from './newest-in-chunk.ts';

/** What was refused is refused for minutes: the chunk's own repetitions wait for that. What was not processed may pass next time. */
const MOST_REFUSALS = 6;
const MOST_ATTEMPTS = 12;
const BASE_WAIT_MS = 40;
const MOST_WAIT_MS = 2_000;

export interface WriteDependencies {
  readonly writer: FeatureWriter;
  readonly waiting: Waiting;
  readonly pace: WritePace;
}

/** `records in file order → how many went online`. @throws INGEST_WRITE_FAILED after several attempts. */
export async function writeRecords(
  deps: WriteDependencies,
  groupName: string,
  records: readonly FeatureRecord[],
): Promise<{ online: number }> {
  const newest = newestOfEachEntity(records);
  const history = records.filter((record) => !newest.has(record));
  await writeEntries(
    deps,
    history.map((record) => ({ groupName, record, stores: 'offline' })),
  );
  await writeEntries(
    deps,
    [...newest].map((record) => ({ groupName, record, stores: 'both' })),
  );
  return { online: newest.size };
}

/** In no order. @throws INGEST_WRITE_FAILED after several attempts. */
export async function writeEntries(deps: WriteDependencies, entries: readonly WriteEntry[]): Promise<void> {
  const startedMs = deps.waiting.nowMs();
  let next = 0;
  const lane = async () => {
    while (next < entries.length) {
      const batch = entries.slice(next, next + MOST_WRITES_A_CALL);
      next += batch.length;
      const aheadMs = (next / deps.pace.recordsPerSecond) * 1_000 - (deps.waiting.nowMs() - startedMs);
      if (aheadMs > 1_000) await deps.waiting.sleep(aheadMs - 1_000);
      await writeUntilTaken(deps, batch);
    }
  };
  await Promise.all(Array.from({ length: deps.pace.callsInFlight }, lane));
}

async function writeUntilTaken(deps: WriteDependencies, batch: readonly WriteEntry[]): Promise<void> {
  let open = batch;
  let lastCode = '';
  let attempt = 0;
  for (let refusals = 0; attempt < MOST_ATTEMPTS && refusals < MOST_REFUSALS; attempt++) {
    if (attempt > 0) await deps.waiting.sleep(jitterMs(attempt, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
    const { unprocessed, refused } = await deps.writer.write(open);
    open = [...unprocessed, ...refused.map(({ entry }) => entry)];
    lastCode = refused[0]?.code ?? 'unprocessed';
    if (refused.length > 0) refusals++;
    if (open.length === 0) return;
  }
  throw new TidemarkError(
    'INGEST_WRITE_FAILED',
    `${open.length} of ${batch.length} records of ${batch[0]?.groupName} were not taken after ${attempt} attempts (${lastCode}): the chunk is tried again`,
  );
}
