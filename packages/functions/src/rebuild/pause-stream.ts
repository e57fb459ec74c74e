import { definitions } from '@tidemark/features';
import { ownerOf, pauseStream, type RebuildState, requireStream } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { pauseDependencies } from './pause-dependencies.ts';

export const handler = task(async (state: RebuildState) => {
  const { stream, offlineDelayMs } = state.request;
  const { pausedAtMs } = await pauseStream(await pauseDependencies(), requireStream({ definitions }, stream), ownerOf(state));
  return { pausedAtMs, settledAt: new Date(pausedAtMs + offlineDelayMs).toISOString() };
});
