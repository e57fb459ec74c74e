import { type CutRequest, cutBackfillFile } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

export const handler = task((request: CutRequest) => cutBackfillFile(backfillDependencies, request));
