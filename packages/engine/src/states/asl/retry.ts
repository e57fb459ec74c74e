/** Which retrier or catcher an error belongs to, and how long a retry waits. */
import type { Catcher, Retrier } from './definition.ts';

const DEFAULT_ATTEMPTS = 3;

/**
 * States.Runtime is matched by nothing; States.DataLimitExceeded only by its own name; States.TaskFailed stands for
 * everything but States.Timeout; States.ALL for everything else.
 */
export function matchesError(errorEquals: readonly string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  if (errorEquals.includes(error)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  if (errorEquals.includes('States.ALL')) return true;
  return errorEquals.includes('States.TaskFailed') && error !== 'States.Timeout';
}

/** The position of the retrier that still has an attempt for this error, or undefined. */
export function findRetrier(
  retriers: readonly Retrier[] | undefined,
  error: string,
  used: readonly number[],
): number | undefined {
  const index = retriers?.findIndex((retrier) => matchesError(retrier.ErrorEquals, error)) ?? -1;
  if (index < 0) return undefined;
  const attempts = retriers?.[index]?.MaxAttempts ?? DEFAULT_ATTEMPTS;
  return (used[index] ?? 0) < attempts ? index : undefined;
}

/** `attempt` counts from 0. With JitterStrategy FULL anything from 0 up to the delay. */
export function retryDelayMs(retrier: Retrier, attempt: number, random: () => number): number {
  const seconds = Math.min(
    (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempt,
    retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  return Math.round(seconds * 1_000 * (retrier.JitterStrategy === 'FULL' ? random() : 1));
}

export function findCatcher(catchers: readonly Catcher[] | undefined, error: string): Catcher | undefined {
  return catchers?.find((catcher) => matchesError(catcher.ErrorEquals, error));
}
