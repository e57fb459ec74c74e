import { type PlannedRestore, sealRestore } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { restoreDependencies } from './dependencies.ts';

export const handler = task((planned: PlannedRestore) => sealRestore(restoreDependencies, planned));
