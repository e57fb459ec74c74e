import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { createRecordRemover } from '@tidemark/aws/feature-store-remover';
import { type BucketRequest, writeBackfillBucket } from '@tidemark/pipeline';
import { createWriter, runtime } from '../runtime/feature-store.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

const deps = {
  ...backfillDependencies,
  writer: createWriter(settings.text('WRITE_API')),
  reader: createBatchReader(runtime),
  remover: createRecordRemover(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};

export const handler = task((request: BucketRequest) => writeBackfillBucket(deps, request));
