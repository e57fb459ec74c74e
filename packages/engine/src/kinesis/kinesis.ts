/**
 * Kinesis Data Streams: an append log a shard on disk, read by iterators and, from the inside, by event source mappings.
 *
 * Gaps
 * - Provisioned streams only: ON_DEMAND, warm throughput, records over 1 MiB, record distribution, StreamId and DryRun are
 *   refused by name (InvalidArgumentException).
 * - UpdateShardCount and SubscribeToShard, consumers, channels and resource policies: UnknownOperationException. Use
 *   SplitShard, MergeShards and GetRecords.
 *
 * Differences by design
 * - No rate limits (1 MB/s a shard, 5 reads/s); `streamThrottleShare` of the records of a PutRecords can be refused instead.
 * - A stream is ACTIVE at once and gone at once, a split or merge is complete when it is answered.
 * - Nothing is encrypted: StartStreamEncryption is kept and echoed. Tags are kept and listed.
 * - AT_TIMESTAMP goes by when a record was stored, which is never before its ApproximateArrivalTimestamp: with
 *   `streamArrivalJitterMs` some records with earlier timestamps come first, and none is missed.
 * - A record that is too large refuses the whole PutRecords, as one that breaks the service's model does.
 *
 * Client quirks
 * - The JS client speaks HTTP/2 without TLS to an http endpoint; the wire port takes it. Clients compare sequence numbers as
 *   whole numbers, so all have 56 digits.
 */
import type { EngineContext } from '../engine-context.ts';
import type { Streams } from '../ports.ts';
import type { Service } from '../wire/service.ts';
import { createKinesisService } from './kinesis-service.ts';
import { openStreamRegistry } from './stream-registry.ts';
import { createStreamsPort } from './streams-port.ts';

export interface Kinesis {
  readonly service: Service;
  readonly streams: Streams;
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 10 * 60_000;

export function createKinesis(context: EngineContext): Kinesis {
  const streams = openStreamRegistry(context);
  let cancelSweep = () => {};
  const sweep = () => {
    streams.sweep();
    cancelSweep = context.clock.at(context.clock.nowMs() + SWEEP_EVERY_MS, sweep);
  };
  sweep();

  return {
    service: createKinesisService(streams),
    streams: createStreamsPort(streams),
    async stop() {
      cancelSweep();
      await streams.close();
    },
  };
}
