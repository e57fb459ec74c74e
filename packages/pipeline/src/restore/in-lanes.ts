import type { Waiting } from '../ports/waiting.ts';
import type { WritePace } from '../store/send-entries.ts';

/**
 * Works through `count` records in batches, several at a time, on average not faster than the pace allows.
 * `work` is given `[start, end)`. The first batch that fails fails the whole, after those under way.
 */
export async function inLanes(
  { waiting, pace }: { readonly waiting: Waiting; readonly pace: WritePace },
  count: number,
  batchSize: number,
  work: (start: number, end: number) => Promise<void>,
): Promise<void> {
  const startedMs = waiting.nowMs();
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const start = next;
      next = Math.min(start + batchSize, count);
      const end = next;
      const aheadMs = (end / pace.recordsPerSecond) * 1_000 - (waiting.nowMs() - startedMs);
      if (aheadMs > 1_000) await waiting.sleep(aheadMs - 1_000);
      await work(start, end);
    }
  };
  await Promise.all(Array.from({ length: pace.callsInFlight }, lane));
}
