import type { EngineContext } from '../engine-context.ts';

/** How often a target that refuses is tried again. Scheduler's own defaults: 185 times within 24 hours. */
export interface RetryPolicy {
  /** 0 to 185. */
  readonly maximumRetryAttempts: number;
  /** 60 to 86,400, counted from the first attempt. */
  readonly maximumEventAgeSeconds: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 };

const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 600_000;

export interface Delivery {
  readonly scheduleName: string;
  readonly policy: RetryPolicy;
  /** Attempts are counted from 1. */
  readonly attempt: (attemptNumber: number) => Promise<unknown>;
}

/** Delivers firings, with exponential waits in the engine's time. The first refusal of a firing and its end are logged. */
export function createDeliverer({ clock, log }: Pick<EngineContext, 'clock' | 'log'>) {
  const waits = new Set<() => void>();

  async function deliver(delivery: Delivery, attempts: number, untilMs: number): Promise<void> {
    const { scheduleName, policy, attempt } = delivery;
    try {
      await attempt(attempts + 1);
    } catch (error) {
      const atMs = clock.nowMs() + Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts);
      if (attempts === 0) log(`scheduler: ${scheduleName}: the target refused: ${(error as Error).message}`);
      if (attempts >= policy.maximumRetryAttempts || atMs > untilMs) {
        if (attempts > 0) log(`scheduler: ${scheduleName}: given up after ${attempts + 1} attempts`);
        return;
      }
      const cancel = clock.at(atMs, () => {
        waits.delete(cancel);
        void deliver(delivery, attempts + 1, untilMs);
      });
      waits.add(cancel);
    }
  }

  return {
    deliver: (delivery: Delivery) => deliver(delivery, 0, clock.nowMs() + delivery.policy.maximumEventAgeSeconds * 1_000),
    stop() {
      for (const cancel of waits) cancel();
      waits.clear();
    },
  };
}
