import { definitions } from '@tidemark/features';
import { ownerOf, pauseStream, type RebuildState, requireStream } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { pauseDependencies } from './pause-dependencies.ts';

export const handler = task(async (state: RebuildState) => {
  const { stream, offlineDelayMs } = state.request;
  const { pausedAtMs } = await pauseStream(await pauseDependencies(), requireStream({ definitions }, stream), ownerOf(state));
  // The machine waits by its own clock, which this one may be behind.
  const settledMs = Math.max(pausedAtMs, Date.parse(state.startedAt)) + offlineDelayMs;
  return { pausedAtMs, settledAt: new Date(settledMs).toISOString() };
});
