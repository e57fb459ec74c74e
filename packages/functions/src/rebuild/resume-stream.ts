import { definitions } from '@tidemark/features';
import { ownerOf, type RebuildState, requireStream, resumeStream } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { pauseDependencies } from './pause-dependencies.ts';

export const handler = task(async (state: RebuildState) =>
  resumeStream(await pauseDependencies(), requireStream({ definitions }, state.request.stream), ownerOf(state)),
);
