import { type ChunkRequest, readBackfillChunk } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

export const handler = task((request: ChunkRequest) => readBackfillChunk(backfillDependencies, request));
