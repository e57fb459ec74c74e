import { definitions } from '@tidemark/features';
import { ownerOf, pauseStream, type RebuildState, requireStream } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { pauseDependencies } from './pause-dependencies.ts';

const offlineDelaySeconds = settings.positive('OFFLINE_DELAY_SECONDS');

/** What was appended last before the pause has reached the offline store at `settledAt`. */
export const handler = task(async (state: RebuildState) => {
  const { stream } = state.request;
  const { pausedAtMs } = await pauseStream(await pauseDependencies(), requireStream({ definitions }, stream), ownerOf(state));
  // The machine waits by its own clock, which this one may be behind.
  const settledMs = Math.max(pausedAtMs, Date.parse(state.startedAt)) + offlineDelaySeconds * 1_000;
  return { pausedAtMs, settledAt: new Date(settledMs).toISOString() };
});
