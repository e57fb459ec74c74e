import { createBatchReader, createRecordLister } from '@tidemark/aws';
import { type GroupState, observeGroup } from '@tidemark/pipeline';
import { runtime } from '../runtime/feature-store.ts';
import { task } from '../runtime/task.ts';
import { monitorDependencies } from './dependencies.ts';

const deps = { ...monitorDependencies, reader: createBatchReader(runtime), lister: createRecordLister(runtime) };

export const handler = task((state: GroupState) => observeGroup(deps, state));
