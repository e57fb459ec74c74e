import { type PartToSeal, sealSnapshotPart } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { snapshotDependencies } from './dependencies.ts';

export const handler = task((part: PartToSeal) => sealSnapshotPart(snapshotDependencies, part));
