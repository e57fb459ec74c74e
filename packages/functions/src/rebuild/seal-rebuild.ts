import { type RebuildState, sealRebuild } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { rebuildDependencies } from './dependencies.ts';

export const handler = task((state: RebuildState) => sealRebuild(rebuildDependencies, state));
