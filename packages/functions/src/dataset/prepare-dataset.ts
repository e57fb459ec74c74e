import { type DatasetState, prepareDataset } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { datasetDependencies } from './dependencies.ts';

export const handler = task((state: DatasetState) => prepareDataset(datasetDependencies, state));
