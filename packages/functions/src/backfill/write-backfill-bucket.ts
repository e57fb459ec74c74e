import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { clientSettings, createBatchReader, createBatchWriter, createRecordRemover, createSingleWriter } from '@tidemark/aws';
import { type BucketRequest, writeBackfillBucket } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

const runtime = new SageMakerFeatureStoreRuntimeClient(clientSettings);
const deps = {
  ...backfillDependencies,
  writer: settings.text('WRITE_API') === 'single' ? createSingleWriter(runtime) : createBatchWriter(runtime),
  reader: createBatchReader(runtime),
  remover: createRecordRemover(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};

export const handler = task((request: BucketRequest) => writeBackfillBucket(deps, request));
