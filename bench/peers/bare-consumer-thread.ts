/** GetRecords on every shard in a loop: what the function could reach if it did nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { engineCredentials } from '@tidemark/engine';

export interface BareConsumer {
  readonly endpoint: string;
  readonly region: string;
  readonly streamName: string;
}

export interface BareConsumerResult {
  readonly records: number;
  /** From the event's own time, which is that of its put, to its bytes being here. */
  readonly latenciesMs: readonly number[];
}

const PAUSE_MS = 10;
const { endpoint, region, streamName: StreamName } = workerData as BareConsumer;
const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials });
const latenciesMs: number[] = [];
let isStopped = false;

async function consume(ShardId: string): Promise<void> {
  const start = await kinesis.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'LATEST' }));
  for (let iterator = start.ShardIterator; iterator !== undefined && !isStopped; ) {
    const { Records = [], NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }));
    const nowMs = Date.now();
    for (const { Data } of Records) {
      const { scheduled } = JSON.parse(Buffer.from(Data ?? []).toString('utf8')) as { scheduled: string };
      latenciesMs.push(nowMs - Date.parse(scheduled));
    }
    iterator = NextShardIterator;
    await sleep(PAUSE_MS);
  }
}

const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
const consuming = Promise.all(Shards.map(({ ShardId = '' }) => consume(ShardId)));
parentPort?.postMessage('reading');
parentPort?.once('message', async () => {
  isStopped = true;
  await consuming;
  parentPort?.postMessage({ records: latenciesMs.length, latenciesMs } satisfies BareConsumerResult);
});
