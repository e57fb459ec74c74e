import { prepareSnapshotQuery } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { snapshotDependencies } from './dependencies.ts';

export const handler = task((query: { id: string; group: string; attempt: number }) =>
  prepareSnapshotQuery(snapshotDependencies, query),
);
