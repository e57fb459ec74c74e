import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { createOnlineEraser } from '@tidemark/aws/online-eraser';
import { type PartToRestore, restorePart } from '@tidemark/pipeline';
import { createWriter, runtime } from '../runtime/feature-store.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { restoreDependencies } from './dependencies.ts';

const deps = {
  ...restoreDependencies,
  reader: createBatchReader(runtime),
  writer: createWriter(settings.text('WRITE_API')),
  eraser: createOnlineEraser(runtime),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};

export const handler = task((part: PartToRestore) => restorePart(deps, part));
