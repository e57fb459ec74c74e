import { createRecordLister } from '@tidemark/aws/feature-store-lister';
import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { type GroupState, observeGroup } from '@tidemark/pipeline';
import { runtime } from '../runtime/feature-store.ts';
import { task } from '../runtime/task.ts';
import { monitorDependencies } from './dependencies.ts';

const deps = { ...monitorDependencies, reader: createBatchReader(runtime), lister: createRecordLister(runtime) };

export const handler = task((state: GroupState) => observeGroup(deps, state));
