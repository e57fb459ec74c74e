import { ingestChunk } from '@tidemark/pipeline';
import { createWriter } from '../runtime/feature-store.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { ingestDependencies } from './dependencies.ts';

const deps = {
  ...ingestDependencies,
  writer: createWriter(settings.text('WRITE_API')),
  pace: { recordsPerSecond: settings.positive('RECORDS_PER_SECOND'), callsInFlight: settings.positive('WRITE_CALLS_IN_FLIGHT') },
};

export const handler = task(({ planKey, index }: { planKey: string; index: number }) => ingestChunk(deps, planKey, index));
