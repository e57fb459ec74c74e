/**
 * 1,000 events a second through the Kinesis endpoint, functions and store, until `/features` answers from them, beside a bare
 * consumer of the same stream at the same time. Then every airport is counted: nothing lost, nothing doubled.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Bench } from './harness/bench-stage.ts';
import { quantile } from './harness/quantile.ts';
import type { Section } from './harness/report.ts';
import type { StreamLoad, StreamLoadResult } from './load/stream-load-thread.ts';
import type { BareConsumer, BareConsumerResult } from './peers/bare-consumer-thread.ts';

const EVENTS_PER_SECOND = 1_000;
const SECONDS = Number(process.env.BENCH_STREAM_SECONDS ?? 60);
const AIRPORTS = 2_000;
const PROBES_PER_SECOND = 10;
const ROWS_A_REQUEST = 500;

export async function benchStream({ stage }: Bench): Promise<Section[]> {
  const { endpoint, region, api, token } = stage.engine;
  const streamName = stage.names.streamName({ name: 'departures' });
  const place = { endpoint, region, streamName };
  const consumer = new Worker(new URL('./peers/bare-consumer-thread.ts', import.meta.url), {
    workerData: place satisfies BareConsumer,
  });
  await once(consumer, 'message');
  const load: StreamLoad = {
    ...place,
    api,
    token,
    airports: AIRPORTS,
    eventsPerSecond: EVENTS_PER_SECOND,
    seconds: SECONDS,
    warmUpSeconds: 3,
    probesPerSecond: PROBES_PER_SECOND,
  };
  const cpu = process.cpuUsage();
  const producer = new Worker(new URL('./load/stream-load-thread.ts', import.meta.url), { workerData: load });
  const [sent] = (await once(producer, 'message')) as [StreamLoadResult];
  await stage.instance.idle();
  const { user, system } = process.cpuUsage(cpu);
  consumer.postMessage('stop');
  const [bare] = (await once(consumer, 'message')) as [BareConsumerResult];
  await Promise.all([producer.terminate(), consumer.terminate()]);

  const counts = await countDepartures(api, token, Object.keys(sent.byAirport));
  let [lost, doubled] = [0, 0];
  for (const [airport, count] of Object.entries(sent.byAirport)) {
    lost += Math.max(0, count - (counts.get(airport) ?? 0));
    doubled += Math.max(0, (counts.get(airport) ?? 0) - count);
  }
  const latency = (ms: readonly number[]) => ({ p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) });
  return [
    {
      title: `stream, ${EVENTS_PER_SECOND} events/s for ${SECONDS} s over ${AIRPORTS} airports: ${sent.events} events, ${lost} lost, ${doubled} doubled; ${sent.readableMs.length} of them looked for`,
      unit: 'events/s',
      lines: [
        {
          what: 'tidemark: event put → readable through /features',
          perSecond: sent.events / sent.seconds,
          ...latency(sent.readableMs),
          cpuSeconds: (user + system) / 1e6,
        },
        {
          what: 'limit: event put → read by a bare GetRecords loop',
          perSecond: bare.records / sent.seconds,
          ...latency(bare.latenciesMs),
        },
      ],
    },
  ];
}

async function countDepartures(api: string, token: string, airports: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let at = 0; at < airports.length; at += ROWS_A_REQUEST) {
    const rows = airports.slice(at, at + ROWS_A_REQUEST).map((airport) => ({ airport }));
    const answer = await fetch(`${api}/features/airport-now?features=departures_1h`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ rows, features: ['departures_1h'] }),
    });
    if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
    const { rows: found } = (await answer.json()) as { rows: { features: { departures_1h: { value: number } } }[] };
    for (const [index, { features }] of found.entries()) counts.set(rows[index]?.airport ?? '', features.departures_1h.value);
  }
  return counts;
}
