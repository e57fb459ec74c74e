import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { createStreamTips } from '@tidemark/aws/kinesis-stream-tips';
import { createEventSourceMappings } from '@tidemark/aws/lambda-event-source-mappings';
import type { EventSourceMappings, PauseDependencies, StreamTips } from '@tidemark/pipeline';
import type { ConnectedStage } from './connect.ts';

/** What commands on streams need beside the stage. */
export interface StreamClients {
  readonly kinesis: KinesisClient;
  readonly tips: StreamTips;
  readonly mappings: EventSourceMappings;
}

export function streamClients({ clientConfig, names }: ConnectedStage): StreamClients {
  const kinesis = new KinesisClient(clientConfig);
  return {
    kinesis,
    tips: createStreamTips(kinesis),
    mappings: createEventSourceMappings(new LambdaClient(clientConfig), names.functionName('stream-received')),
  };
}

export const pauseDependencies = (stage: ConnectedStage, { mappings }: StreamClients): PauseDependencies => ({
  ...stage,
  ledger: stage.names.bucket('ledger'),
  mappings,
  nowMs: Date.now,
});
