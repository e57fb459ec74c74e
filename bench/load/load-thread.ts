/** The client's thread: as many requests under way as there are connections, until the time is up. */
import { parentPort, workerData } from 'node:worker_threads';
import { HttpConnection } from './http-connection.ts';
import type { LoadRequest, LoadResult } from './run-load.ts';

const { port, requests, connections, warmUpSeconds, seconds } = workerData as LoadRequest;
const bodies = requests.map((request) => Buffer.from(request));
const latenciesMs: number[] = [];
let bytes = 0;
let next = 0;

async function lane(untilMs: number, keep: boolean): Promise<void> {
  const connection = new HttpConnection(port);
  while (performance.now() < untilMs) {
    const startedMs = performance.now();
    const { status, sizeBytes } = await connection.send(bodies[next++ % bodies.length] as Buffer);
    if (status !== 200) throw new Error(`the server answered ${status}`);
    if (!keep) continue;
    latenciesMs.push(performance.now() - startedMs);
    bytes += sizeBytes;
  }
  connection.close();
}

const lanes = (untilMs: number, keep: boolean) => Promise.all(Array.from({ length: connections }, () => lane(untilMs, keep)));

await lanes(performance.now() + warmUpSeconds * 1_000, false);
parentPort?.postMessage('warm');
const startedMs = performance.now();
await lanes(startedMs + seconds * 1_000, true);
const result: LoadResult = { latenciesMs, bytes, seconds: (performance.now() - startedMs) / 1_000 };
parentPort?.postMessage(result);
