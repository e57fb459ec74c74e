import { cleanDataset, type DatasetState } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { datasetDependencies } from './dependencies.ts';

export const handler = task((state: DatasetState) => cleanDataset(datasetDependencies, state));
