/** Files and events in: the functions and machines of ingest and streams, and what wakes them. */
import { definitions } from '@tidemark/features';
import { type BucketName, type FunctionName, topology } from '@tidemark/functions/topology';
import type { Foundation } from './foundation.ts';
import { createCapability } from './parts/capability.ts';
import { keepsData, tags } from './parts/context.ts';
import { pascal } from './policies/statement.ts';

type Functions = ReturnType<typeof createCapability>;

export function createIngestion(foundation: Foundation): void {
  const functions = createCapability(foundation, 'ingestion');
  for (const [name, { notifies }] of Object.entries(topology.buckets)) {
    if (notifies.length === 0) continue;
    foundation.storage.buckets[name as BucketName].notify({
      notifications: notifies.map((one) => ({
        name: pascal(one),
        events: ['s3:ObjectCreated:*'],
        function: functionOf(functions, one, `bucket ${name} notifies`).arn,
      })),
    });
  }
  createStreams(foundation, functions);
}

/** Each stream of the definitions, and what brings its records to the function. */
function createStreams({ context, keys, storage }: Foundation, functions: Functions): void {
  const { shardCount, received } = topology.streams;
  for (const stream of definitions.streams) {
    const logical = `Stream${pascal(stream.name)}`;
    const created = new aws.kinesis.Stream(
      logical,
      {
        name: context.names.streamName(stream),
        shardCount,
        retentionPeriod: topology.streams.retentionHours,
        streamModeDetails: { streamMode: 'PROVISIONED' },
        encryptionType: 'KMS',
        kmsKeyId: keys.data.arn,
        tags: tags(context, { stream: stream.name, function: received.function }),
      },
      // Shards are split and merged as the load asks for, outside of a deployment.
      { ignoreChanges: ['shardCount'], ...keepsData(context) },
    );
    new aws.lambda.EventSourceMapping(`${logical}Received`, {
      eventSourceArn: created.arn,
      functionName: functionOf(functions, received.function, `stream ${stream.name} goes to`).arn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: received.batchSize,
      maximumBatchingWindowInSeconds: received.batchingWindowMs / 1000,
      parallelizationFactor: received.parallelizationFactor,
      bisectBatchOnFunctionError: received.bisectBatchOnFunctionError,
      maximumRetryAttempts: received.maximumRetryAttempts,
      maximumRecordAgeInSeconds: received.maximumRecordAgeMs / 1000,
      functionResponseTypes: received.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      destinationConfig: { onFailure: { destinationArn: storage.buckets[received.failures.bucket].arn } },
      tags: tags(context, { stream: stream.name, function: received.function }),
    });
  }
}

function functionOf(functions: Functions, name: FunctionName, what: string) {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`${what} ${name}, which is no function of ingestion`);
  return found;
}
