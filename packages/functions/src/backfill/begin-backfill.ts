import { beginBackfill, type StartedBackfill } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

export const handler = task((started: StartedBackfill) => beginBackfill(backfillDependencies, started));
