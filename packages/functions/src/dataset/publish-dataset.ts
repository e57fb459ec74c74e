import { type DatasetState, publishDataset } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { datasetDependencies } from './dependencies.ts';

export const handler = task((state: DatasetState) => publishDataset(datasetDependencies, state));
