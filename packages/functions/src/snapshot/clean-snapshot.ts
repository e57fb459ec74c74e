import { cleanSnapshot, type SnapshotState } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { snapshotDependencies } from './dependencies.ts';

export const handler = task((state: SnapshotState) => cleanSnapshot(snapshotDependencies, state));
