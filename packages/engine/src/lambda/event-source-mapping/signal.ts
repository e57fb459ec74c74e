import type { EngineClock } from '../../time/engine-clock.ts';

/** Wakes those who wait for something to have changed; what they wait for they look up themselves. */
export interface Signal {
  notify(): void;
  /** Resolves at the next `notify`, or when the engine's time has reached `untilMs`. */
  wait(untilMs?: number): Promise<void>;
}

export function createSignal(clock: EngineClock): Signal {
  let waiting = new Set<() => void>();
  return {
    notify() {
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    wait(untilMs) {
      return new Promise((resolve) => {
        let cancel = () => {};
        const wake = () => {
          cancel();
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        if (untilMs !== undefined) cancel = clock.at(untilMs, wake);
      });
    },
  };
}
