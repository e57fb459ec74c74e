import { type SealRequest, sealBackfill } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

export const handler = task((request: SealRequest) => sealBackfill(backfillDependencies, request));
