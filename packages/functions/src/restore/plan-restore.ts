import { planRestore, type RestoreState } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { restoreDependencies } from './dependencies.ts';

export const handler = task((state: RestoreState) => planRestore(restoreDependencies, state));
