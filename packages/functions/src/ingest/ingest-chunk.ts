import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { clientSettings, createBatchWriter, createSingleWriter, withConstantUserAgent } from '@tidemark/aws';
import { ingestChunk } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { ingestDependencies } from './dependencies.ts';

const runtime = withConstantUserAgent(new SageMakerFeatureStoreRuntimeClient(clientSettings));
const deps = {
  ...ingestDependencies,
  // Some regions have no BatchWriteRecord yet.
  writer: settings.text('WRITE_API') === 'single' ? createSingleWriter(runtime) : createBatchWriter(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};

export const handler = task(({ planKey, index }: { planKey: string; index: number }) => ingestChunk(deps, planKey, index));
