/**
 * The producer's thread: events at a steady rate through the Kinesis client, and probes among them, each an airport of its own
 * that is asked for until its event is in the answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { engineCredentials } from '@tidemark/engine';

export interface StreamLoad {
  readonly endpoint: string;
  readonly region: string;
  readonly streamName: string;
  readonly api: string;
  readonly token: string;
  readonly airports: number;
  readonly eventsPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly probesPerSecond: number;
}

export interface StreamLoadResult {
  readonly events: number;
  readonly seconds: number;
  readonly byAirport: Readonly<Record<string, number>>;
  /** From before the put to the answer that has the event. */
  readonly readableMs: readonly number[];
}

const TICK_MS = 50;
const POLL_MS = 15;
const load = workerData as StreamLoad;
const kinesis = new KinesisClient({ endpoint: load.endpoint, region: load.region, credentials: engineCredentials });
const byAirport: Record<string, number> = {};
const readableMs: number[] = [];
const open = new Set<Promise<void>>();
let made = 0;
let probes = 0;

function event(airport: string, nowMs: number) {
  byAirport[airport] = (byAirport[airport] ?? 0) + 1;
  const body = {
    id: `e${made++}`,
    airport,
    destination: ['SFO', 'BOS', 'DEN', 'MIA'][made % 4],
    scheduled: new Date(nowMs).toISOString(),
    delay: (made % 90) - 15,
  };
  return { PartitionKey: airport, Data: Buffer.from(JSON.stringify(body)) };
}

async function put(records: ReturnType<typeof event>[]): Promise<void> {
  for (let left = records; left.length > 0; ) {
    const { Records = [] } = await kinesis.send(new PutRecordsCommand({ StreamName: load.streamName, Records: left }));
    left = left.filter((_, at) => Records[at]?.ErrorCode !== undefined);
  }
}

/** A probe is put alone, with the load beside it. */
async function probe(keep: boolean): Promise<void> {
  const airport = `P${probes++}`;
  const startedMs = performance.now();
  await put([event(airport, Date.now())]);
  for (;;) {
    const answer = await fetch(`${load.api}/features/airport-now?airport=${airport}&features=departures_1h`, {
      headers: { authorization: `Bearer ${load.token}` },
    });
    const { rows } = (await answer.json()) as { rows: { features: { departures_1h: { value: number } } }[] };
    if (rows[0]?.features.departures_1h.value === 1) break;
    // Looked for ever less often, so that looking does not become the load.
    await sleep(POLL_MS + (performance.now() - startedMs) * 0.05);
  }
  if (keep) readableMs.push(performance.now() - startedMs);
}

async function run(seconds: number, keep: boolean): Promise<void> {
  const startedMs = performance.now();
  let [sent, probed] = [0, 0];
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - startedMs) / 1_000) {
    const due = Math.floor(elapsed * load.eventsPerSecond) - sent;
    sent += due;
    const nowMs = Date.now();
    const records = Array.from({ length: due }, () => event(`A${made % load.airports}`, nowMs));
    for (let at = 0; at < records.length; at += 500) track(put(records.slice(at, at + 500)));
    for (; probed < elapsed * load.probesPerSecond; probed++) track(probe(keep));
    await sleep(TICK_MS);
  }
}

function track(work: Promise<void>): void {
  open.add(work);
  void work.finally(() => open.delete(work));
}

await run(load.warmUpSeconds, false);
const startedMs = performance.now();
const before = made;
await run(load.seconds, true);
const seconds = (performance.now() - startedMs) / 1_000;
const events = made - before;
while (open.size > 0) await Promise.all(open);
parentPort?.postMessage({ events, seconds, byAirport, readableMs } satisfies StreamLoadResult);
