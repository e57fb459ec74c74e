import { setTimeout as sleep } from 'node:timers/promises';
import type { Waiting } from '@tidemark/pipeline';

export const waiting: Waiting = { nowMs: () => Date.now(), sleep: (ms) => sleep(ms), random: () => Math.random() };
