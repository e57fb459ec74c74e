import { type RebuildBucket, rebuildBucket } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { rebuildDependencies } from './dependencies.ts';

export const handler = task((bucket: RebuildBucket) => rebuildBucket(rebuildDependencies, bucket));
