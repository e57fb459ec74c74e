/** Mappings over a real Kinesis and a function that the test writes, in an engine's time that only the test moves. */
import { createKinesis, type Kinesis } from '../../kinesis/kinesis.ts';
import type { Buckets, InvocationResult, StoredObject } from '../../ports.ts';
import { createEngineClock } from '../../time/engine-clock.ts';
import { createTestContext } from '../lambda.fixture.ts';
import { createEventSourceMappings, type EventSourceMappings } from './event-source-mappings.ts';
import type { MappingPorts } from './mapping.ts';
import type { EventSourceMappingSpec } from './mapping-spec.ts';

export const STREAM = 'departures';
export const START_MS = Date.UTC(2026, 0, 5, 10);

export interface KinesisEventRecord {
  readonly kinesis: {
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    readonly data: string;
    readonly approximateArrivalTimestamp: number;
  };
  readonly eventID: string;
}
export interface KinesisEvent {
  readonly Records: readonly KinesisEventRecord[];
}

export const textOf = ({ kinesis }: KinesisEventRecord) => Buffer.from(kinesis.data, 'base64').toString();
export const textsOf = (event: KinesisEvent) => event.Records.map(textOf);
export const shardOf = ({ Records }: KinesisEvent) => (Records[0] as KinesisEventRecord).eventID.split(':')[0] as string;

/** What the function answers; throwing an error means that it could not be invoked. */
export type Handler = (event: KinesisEvent) => unknown | Promise<unknown>;

export const failure = (): InvocationResult => ({ payload: '{"errorType":"Error"}', functionError: 'Unhandled', requestId: '' });
export const failedFrom = (...itemIdentifiers: unknown[]) => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

export interface DiscardRecord {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount: number; readonly functionArn: string };
  readonly responseContext?: { readonly functionError?: string };
  readonly KinesisBatchInfo: { readonly shardId: string; readonly batchSize: number; readonly startSequenceNumber: string };
  readonly payload: string;
}

export function startTestMappings(
  changes: Partial<ReturnType<typeof createTestContext>> = {},
  rights: Pick<MappingPorts, 'access' | 'roleOf'> = {},
) {
  const context = createTestContext({ clock: createEngineClock(() => START_MS), ...changes });
  const events: KinesisEvent[] = [];
  const discarded: { readonly key: string; readonly record: DiscardRecord }[] = [];
  const ages: { readonly shardId: string; readonly ageMs: number }[] = [];
  const refuse = (): never => {
    throw new Error('the mappings only put');
  };
  const buckets: Buckets = {
    ensureBucket: refuse,
    async put(bucket, key, body) {
      if (test.bucketIsMissing) throw new Error('NoSuchBucket');
      await test.onDiscard();
      discarded.push({ key: `${bucket}/${key}`, record: JSON.parse(Buffer.from(body).toString()) });
      return {} as StoredObject;
    },
    adopt: refuse,
    head: refuse,
    list: refuse,
    remove: refuse,
  };
  const open = (): { kinesis: Kinesis; mappings: EventSourceMappings } => {
    const kinesis = createKinesis(context);
    const mappings = createEventSourceMappings(context, {
      streams: kinesis.streams,
      buckets,
      functions: {
        async invoke(_, payload) {
          // As Lambda would: the function sees what JSON makes of it, in a later turn.
          const event = JSON.parse(JSON.stringify(payload)) as KinesisEvent;
          const answer = await test.handler(event);
          events.push(event);
          const isResult = typeof answer === 'object' && answer !== null && 'functionError' in answer;
          return isResult ? (answer as InvocationResult) : { payload: JSON.stringify(answer ?? null), requestId: '' };
        },
        invokeAsync: refuse,
      },
      onIteratorAge: (_stream, _function, shardId, ageMs) => void ages.push({ shardId, ageMs }),
      ...rights,
    });
    return { kinesis, mappings };
  };

  const test = {
    context,
    /** Events that the function saw to the end, in order. */
    events,
    discarded,
    ages,
    bucketIsMissing: false,
    /** Before a discarded batch is kept. */
    onDiscard: async () => {},
    crashIsDue: false,
    handler: (() => null) as Handler,
    ...open(),
    /** Lets the engine's time pass until every mapping has caught up. */
    async settle(stepMs = 1_000) {
      for (let turns = 0; test.mappings.isBusy(); turns += 1) {
        if (turns > 50_000) throw new Error('the mappings do not settle');
        await turn();
        if (test.crashIsDue) await test.crash();
        context.clock.advance(stepMs);
      }
      await turn();
    },
    /** As a kill would: nothing of what runs is recorded; then a new engine on the same directory. */
    async crash() {
      test.crashIsDue = false;
      test.mappings.stop();
      await test.kinesis.stop();
      Object.assign(test, open());
      test.mappings.start();
    },
    async close() {
      test.mappings.stop();
      await test.kinesis.stop();
      context[Symbol.dispose]();
    },
  };
  return test;
}

/** Everything that can go on without the engine's time has gone on. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const mappingSpec = (changes: Partial<EventSourceMappingSpec> = {}): EventSourceMappingSpec => ({
  name: 'departures-received',
  streamName: STREAM,
  functionName: 'stream-received',
  batchSize: 100,
  startingPosition: 'TRIM_HORIZON',
  reportBatchItemFailures: true,
  failureDestination: 's3://ledger/stream-failures/',
  ...changes,
});
