/** `kill -9` of the engine while events stream through it: after the restart every window is the oracle's. */
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { type ConnectedStage, connect } from '@tidemark/cli/connect';
import { streamClients } from '@tidemark/cli/stream-clients';
import { engineCredentials } from '@tidemark/engine';
import { streamStatus } from '@tidemark/pipeline';
import type { SentEvent } from '@tidemark/testing';
import { afterAll, expect, test } from 'vitest';
import { AIRPORTS, windowsAt } from '../e2e/departure-events.ts';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { type Serving, serve } from '../e2e/tidemark-process.ts';
import { until } from '../e2e/until.ts';

const data = temporaryDir();
let engine: Serving<unknown> | undefined;
afterAll(async () => {
  await engine?.stop('SIGKILL');
  removeDir(data);
});

const CHUNKS = 40;
const CHUNK_EVENTS = 50;
/** After these chunks the engine is killed at once, with most of their records on their way. */
const KILLS = [9, 18, 31];

const sent: SentEvent[] = [];
function chunk(number: number) {
  return Array.from({ length: CHUNK_EVENTS }, (_, index) => {
    const at = number * CHUNK_EVENTS + index;
    const nowMs = Date.now();
    const one: SentEvent = {
      entity: AIRPORTS[at % AIRPORTS.length] as string,
      id: `k${at}`,
      timeMs: nowMs - ((at * 7_919_003) % (150 * 60_000)),
      arrivedMs: nowMs,
      values: { destination: ['SFO', 'BOS', 'DEN'][at % 3] as string, delay: ((at * 37) % 90) - 15 },
    };
    sent.push(one);
    const { entity: airport, id, timeMs, values } = one;
    const body = { id, airport, scheduled: new Date(timeMs).toISOString(), ...values };
    return { PartitionKey: airport, Data: Buffer.from(JSON.stringify(body)) };
  });
}

test('events that were put while the engine was killed three times count once each', async () => {
  engine = serve('dev', '--json', '--data', data, '--port', '0', '--api-port', '0');
  await engine.ready;
  const stage = await connect({ data, stage: 'dev', aws: false });
  const { endpoint = '', region = '' } = stage.engine ?? {};
  const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials, maxAttempts: 1 });
  for (let number = 0; number < CHUNKS; number++) {
    const Records = chunk(number);
    // A put that was not acknowledged may have been taken: it is put again, whole.
    await until('an acknowledged put', () =>
      kinesis.send(new PutRecordsCommand({ StreamName: 'dev-departures', Records })).then(
        ({ FailedRecordCount }) => FailedRecordCount === 0,
        () => false,
      ),
    );
    if (!KILLS.includes(number)) continue;
    expect(await engine.stop('SIGKILL')).toBe(null);
    engine = serve('dev', '--json', '--data', data, '--port', new URL(endpoint).port, '--api-port', '0');
  }
  kinesis.destroy();
  await engine.ready;
  const restarted = await connect({ data, stage: 'dev', aws: false });
  await until('the end of the stream', () => isConsumed(restarted));

  const { api = '', token = '' } = restarted.engine ?? {};
  const answer = await fetch(`${api}/features/airport-now`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ rows: AIRPORTS.map((airport) => ({ airport })) }),
  });
  const { asOf, rows } = (await answer.json()) as {
    asOf: string;
    rows: { features: Record<string, { value: unknown }> }[];
  };
  const found = rows.map(({ features }) =>
    Object.fromEntries(Object.entries(features).map(([name, { value }]) => [name, value])),
  );
  expect(found).toEqual(AIRPORTS.map((airport) => windowsAt(sent, airport, Date.parse(asOf))));
  expect(await engine.stop('SIGTERM')).toBe(0);
});

async function isConsumed(stage: ConnectedStage): Promise<boolean> {
  const { tips, mappings } = streamClients(stage);
  const deps = { ...stage, ledger: stage.names.bucket('ledger'), tips, mappings, nowMs: Date.now };
  const { shards, records } = await streamStatus(deps, { name: 'departures' }, Date.now() - 3_600_000);
  return records > 0 && shards.every(({ behindMs }) => behindMs === 0);
}
