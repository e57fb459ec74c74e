/** The client of the online store, and how functions write through it. */
import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createBatchWriter, createSingleWriter } from '@tidemark/aws/feature-store-writer';
import type { FeatureWriter } from '@tidemark/pipeline';

export const runtime = new SageMakerFeatureStoreRuntimeClient(clientSettings);

/** @param api `single` where a region has no BatchWriteRecord yet. */
export const createWriter = (api: string): FeatureWriter =>
  api === 'single' ? createSingleWriter(runtime) : createBatchWriter(runtime);
