import { type IngestRequest, planIngest } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { ingestDependencies } from './dependencies.ts';

export const handler = task((request: IngestRequest) => planIngest(ingestDependencies, request));
