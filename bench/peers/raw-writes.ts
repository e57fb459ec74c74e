import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Bench } from '../harness/bench-stage.ts';
import type { RawWrites, RawWritesResult } from './raw-writes-thread.ts';

/** One SDK client in a thread of its own, against the same engine, eight calls at once. */
export async function rawWrites(
  { stage }: Bench,
  writes: Pick<RawWrites, 'groupName' | 'rows' | 'kind'>,
): Promise<RawWritesResult & { cpuSeconds: number }> {
  const { endpoint, region } = stage.engine;
  const workerData: RawWrites = { endpoint, region, calls: 8, ...writes };
  const thread = new Worker(new URL('./raw-writes-thread.ts', import.meta.url), { workerData });
  await once(thread, 'message');
  const cpu = process.cpuUsage();
  const [result] = (await once(thread, 'message')) as [RawWritesResult];
  const { user, system } = process.cpuUsage(cpu);
  await thread.terminate();
  return { ...result, cpuSeconds: (user + system) / 1e6 };
}
