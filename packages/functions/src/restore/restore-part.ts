import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { clientSettings, createBatchReader, createBatchWriter, createOnlineEraser, createSingleWriter } from '@tidemark/aws';
import { type PartToRestore, restorePart } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { restoreDependencies } from './dependencies.ts';

const runtime = new SageMakerFeatureStoreRuntimeClient(clientSettings);
const deps = {
  ...restoreDependencies,
  reader: createBatchReader(runtime),
  // Some regions have no BatchWriteRecord yet.
  writer: settings.text('WRITE_API') === 'single' ? createSingleWriter(runtime) : createBatchWriter(runtime),
  eraser: createOnlineEraser(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('BATCHES_IN_FLIGHT') },
};

export const handler = task((part: PartToRestore) => restorePart(deps, part));
