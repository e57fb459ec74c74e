import { type DatasetRange, finishRange } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { datasetDependencies } from './dependencies.ts';

export const handler = task((range: DatasetRange) => finishRange(datasetDependencies, range));
