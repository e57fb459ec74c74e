import { setTimeout as sleep } from 'node:timers/promises';
import type { Waiting } from '@tidemark/pipeline';

/** The machine's own time and chance: the one place where functions touch them. */
export const waiting: Waiting = {
  nowMs: () => Date.now(),
  sleep: (ms) => sleep(ms),
  random: () => Math.random(),
};
