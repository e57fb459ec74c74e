import type { EngineContext } from '../../engine-context.ts';

/**
 * How old the last record of a batch was when the function got it, in the embedded metric format: as Lambda's
 * `IteratorAge` of the function, and as Kinesis' `IteratorAgeMilliseconds` of the shard.
 */
export function iteratorAgeMetric(
  context: EngineContext,
  streamName: string,
  functionName: string,
  shardId: string,
  ageMs: number,
): string {
  const metric = (Namespace: string, dimensions: readonly string[], Name: string) => ({
    Namespace,
    Dimensions: [dimensions],
    Metrics: [{ Name, Unit: 'Milliseconds' }],
  });
  return JSON.stringify({
    _aws: {
      Timestamp: Math.floor(context.clock.nowMs()),
      CloudWatchMetrics: [
        metric('AWS/Lambda', ['FunctionName'], 'IteratorAge'),
        metric('AWS/Kinesis', ['StreamName', 'ShardId'], 'IteratorAgeMilliseconds'),
      ],
    },
    FunctionName: functionName,
    StreamName: streamName,
    ShardId: shardId,
    IteratorAge: ageMs,
    IteratorAgeMilliseconds: ageMs,
  });
}
