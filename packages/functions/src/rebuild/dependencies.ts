import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { createBatchWriter } from '@tidemark/aws/feature-store-writer';
import { definitions } from '@tidemark/features';
import type { RebuildBucketDependencies } from '@tidemark/pipeline';
import { runtime } from '../runtime/feature-store.ts';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { waiting } from '../runtime/waiting.ts';

export const rebuildDependencies: RebuildBucketDependencies = {
  definitions,
  objects,
  catalogue,
  ledger,
  workBucket: settings.text('WORK_BUCKET'),
  waiting,
  reader: createBatchReader(runtime),
  writer: createBatchWriter(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};
