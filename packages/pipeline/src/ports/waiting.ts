/** Time and chance as arguments: pure code neither waits nor rolls dice by itself. */
export interface Waiting {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Full jitter: a wait anywhere between 0 and the exponential bound. */
export const jitterMs = (attempt: number, baseMs: number, mostMs: number, random: () => number): number =>
  random() * Math.min(mostMs, baseMs * 2 ** attempt);
