import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface LoadRequest {
  readonly port: number;
  /** Whole requests, sent in turn. */
  readonly requests: readonly Uint8Array[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly latenciesMs: readonly number[];
  readonly bytes: number;
  readonly seconds: number;
}

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the process, client included, while it was measured. */
  readonly cpuSeconds: number;
  readonly meanBytes: number;
}

/** Sends requests from a thread of its own, first unmeasured, then measured. */
export async function runLoad(request: LoadRequest): Promise<Load> {
  const thread = new Worker(new URL('./load-thread.ts', import.meta.url), { workerData: request });
  try {
    await once(thread, 'message');
    const cpu = process.cpuUsage();
    const [result] = (await once(thread, 'message')) as [LoadResult];
    const { user, system } = process.cpuUsage(cpu);
    const sorted = result.latenciesMs.toSorted((a, b) => a - b);
    const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return {
      perSecond: sorted.length / result.seconds,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      cpuSeconds: (user + system) / 1e6,
      meanBytes: result.bytes / sorted.length,
    };
  } finally {
    await thread.terminate();
  }
}
