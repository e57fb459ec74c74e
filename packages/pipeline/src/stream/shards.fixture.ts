/**
 * What Kinesis and its event-source mapping do to a function: shards side by side, parents before their children, batches of
 * any size; a batch that fails comes again from where it failed, whole or split in two; checkpoints are lost; batches are given up.
 */
import { createBatchReceiver, type ReceiveBatch } from './receive-batch.ts';
import type { StreamRecord } from './stream-batch.ts';
import { STREAM } from './stream-of-group.fixture.ts';
import { Crash, type StreamWorld } from './stream-world.fixture.ts';

export interface Shard {
  readonly shardId: string;
  readonly parents: readonly string[];
  readonly records: readonly StreamRecord[];
}

export interface DeliveryOptions {
  readonly random: () => number;
  /** Records of a batch have arrived within this of one another: so far the stream goes back at most. */
  readonly spanMs: number;
  readonly redeliverShare: number;
  readonly discardShare: number;
  /** Called after each batch that is done. */
  readonly delivered?: () => void;
}

const STREAM_ARN = `arn:aws:kinesis:us-east-1:000000000000:stream/test-${STREAM}`;
const MOST_RECORDS = 6;
const ATTEMPTS_BEFORE_CALM = 8;

/** Deals records out to two shards by entity; in the middle one is split, and then two of three are merged. */
export function shardsOf(records: readonly StreamRecord[], random: () => number): Shard[] {
  const [first, second] = [random(), random()].sort((a, b) => a - b).map((share) => Math.floor(share * records.length)) as [
    number,
    number,
  ];
  const hash = (key: string) => [...key].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) as number)) % 997, 7);
  const shard = (shardId: string, parents: string[], from: number, to: number, takes: (hash: number) => boolean): Shard => ({
    shardId,
    parents,
    records: records.slice(from, to).filter((record) => takes(hash(record.partitionKey))),
  });
  const end = records.length;
  return [
    shard('0', [], 0, first, (at) => at % 2 === 0),
    shard('1', [], 0, second, (at) => at % 2 === 1),
    shard('2', ['0'], first, second, (at) => at % 4 === 0),
    shard('3', ['0'], first, end, (at) => at % 4 === 2),
    shard('4', ['1', '2'], second, end, (at) => at % 4 !== 2),
  ];
}

export async function deliver(world: StreamWorld, shards: readonly Shard[], options: DeliveryOptions): Promise<void> {
  const { random } = options;
  const position = new Map(shards.map(({ shardId }) => [shardId, 0]));
  // An empty shard is done no sooner than its parents.
  const isDone = ({ shardId, records, parents }: Shard): boolean =>
    (position.get(shardId) as number) >= records.length && areDone(parents);
  const areDone = (ids: readonly string[]) => shards.filter(({ shardId }) => ids.includes(shardId)).every(isDone);
  const instances = new Map<string, ReceiveBatch>();
  for (;;) {
    const open = shards.filter((one) => !isDone(one) && areDone(one.parents));
    const shard = open[Math.floor(random() * open.length)];
    if (shard === undefined) return;
    const from = position.get(shard.shardId) as number;
    const batch = batchFrom(shard.records, from, options);
    await deliverBatch(world, instances, shard.shardId, batch, options);
    if (random() >= options.redeliverShare) position.set(shard.shardId, from + batch.length);
    options.delivered?.();
  }
}

function batchFrom(records: readonly StreamRecord[], from: number, { random, spanMs }: DeliveryOptions): readonly StreamRecord[] {
  const most = from + 1 + Math.floor(random() * MOST_RECORDS);
  let to = from + 1;
  let [least, greatest] = [records[from]?.arrivedMs as number, records[from]?.arrivedMs as number];
  for (; to < Math.min(most, records.length); to += 1) {
    const { arrivedMs } = records[to] as StreamRecord;
    [least, greatest] = [Math.min(least, arrivedMs), Math.max(greatest, arrivedMs)];
    if (greatest - least > spanMs) break;
  }
  return records.slice(from, to);
}

async function deliverBatch(
  world: StreamWorld,
  instances: Map<string, ReceiveBatch>,
  shardId: string,
  batch: readonly StreamRecord[],
  { random, discardShare }: DeliveryOptions,
): Promise<void> {
  const parts: (readonly StreamRecord[])[] = [batch];
  let attempts = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    world.calm = attempts++ >= ATTEMPTS_BEFORE_CALM;
    const failedAt = await invoke(world, instances, shardId, part, random);
    world.calm = true;
    if (failedAt === undefined) continue;
    const left = part.slice(failedAt);
    if (random() < discardShare) giveUp(world, shardId, left);
    else if (failedAt === 0 && left.length > 1 && random() < 0.3) {
      const middle = Math.ceil(left.length / 2);
      parts.unshift(left.slice(0, middle), left.slice(middle));
    } else parts.unshift(left);
  }
}

/** Where the batch failed; undefined when all of it is done. */
async function invoke(
  world: StreamWorld,
  instances: Map<string, ReceiveBatch>,
  shardId: string,
  records: readonly StreamRecord[],
  random: () => number,
): Promise<number | undefined> {
  const warm = instances.get(shardId);
  const receive = warm !== undefined && random() < 0.7 ? warm : createBatchReceiver(world.instance());
  instances.set(shardId, receive);
  try {
    const { failedFrom } = await receive({ streamName: `test-${STREAM}`, shardId, records });
    return failedFrom === undefined ? undefined : records.findIndex(({ sequenceNumber }) => sequenceNumber === failedFrom);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    instances.delete(shardId);
    return 0;
  }
}

/** As Lambda leaves it in S3. */
function giveUp({ objects }: StreamWorld, shardId: string, records: readonly StreamRecord[]): void {
  const Records = records.map(({ sequenceNumber, partitionKey, data, arrivedMs }) => ({
    kinesis: {
      sequenceNumber,
      partitionKey,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: arrivedMs / 1_000,
    },
  }));
  const record = {
    requestContext: { condition: 'RetryAttemptsExhausted' },
    KinesisBatchInfo: { shardId, streamArn: STREAM_ARN, batchSize: records.length },
    payload: JSON.stringify({ Records }),
  };
  const name = `${records[0]?.sequenceNumber}-${objects.objects.size}`;
  void objects.put('ledger', `aws/lambda/mapping/${shardId}/${name}`, JSON.stringify(record));
}
