/**
 * Whether a queue of invocations gets another instance. AWS starts one for every invocation that finds none idle; here
 * each costs 80 to 150 ms of a core that the running ones need, so that starting is often slower than waiting:
 *
 *   none there            → yes
 *   nothing finished yet  → until a few are there (how long an invocation takes is unknown)
 *   otherwise             → if the instances that are there would take longer over the queue than a start takes
 *   never empty for long  → yes, whatever was predicted: the load lasts, or invocations wait for others of their own
 *                           function
 */
export interface Queue {
  readonly waiting: number;
  /** Since when it has not been empty, or since the last start. */
  readonly queuedForMs: number;
  /** Instances of the current version that take invocations. */
  readonly serving: number;
  readonly starting: number;
}

export interface ScaleOut {
  wantsOne(queue: Queue): boolean;
  started(durationMs: number): void;
  finished(durationMs: number): void;
}

export const PATIENCE_MS = 250;
/** On a crowded machine everything takes longer, a start first of all. */
const STARTS_OF_PATIENCE = 3;
const STARTS_AT_ONCE = 2;
const USUAL_START_MS = 100;
/** Weight of the newest measurement in the running means. */
const WEIGHT = 0.2;

export function createScaleOut(): ScaleOut {
  let startMs = USUAL_START_MS;
  let invocationMs: number | undefined;
  return {
    wantsOne({ waiting, queuedForMs, serving, starting }) {
      if (starting >= Math.min(waiting, STARTS_AT_ONCE)) return false;
      if (serving + starting === 0 || queuedForMs >= Math.max(PATIENCE_MS, STARTS_OF_PATIENCE * startMs)) return true;
      if (invocationMs === undefined) return serving + starting < STARTS_AT_ONCE;
      return (waiting * invocationMs) / (serving + starting) > startMs;
    },
    started(durationMs) {
      startMs += (durationMs - startMs) * WEIGHT;
    },
    finished(durationMs) {
      invocationMs = invocationMs === undefined ? durationMs : invocationMs + (durationMs - invocationMs) * WEIGHT;
    },
  };
}
