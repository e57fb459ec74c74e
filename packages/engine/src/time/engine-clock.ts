/**
 * The engine's time: the machine's clock plus an offset that a test may grow. Delays that the real services have
 * (offline delay, schema caches, delayed events) are waited for in this time, so that a test can pass twenty minutes
 * in no time. Handlers never see it: they have the machine's clock, as on AWS.
 */
export interface EngineClock {
  nowMs(): number;
  /** Calls back once when the engine's time has reached `atMs`; the returned function cancels. */
  at(atMs: number, callback: () => void): () => void;
  /** Moves the engine's time forward and runs what has become due. */
  advance(byMs: number): void;
}

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
  timer: NodeJS.Timeout | undefined;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createEngineClock(machineNowMs: () => number = Date.now): EngineClock {
  let offsetMs = 0;
  const alarms = new Set<Alarm>();
  const nowMs = () => machineNowMs() + offsetMs;

  const arm = (alarm: Alarm) => {
    clearTimeout(alarm.timer);
    const waitMs = Math.min(Math.max(alarm.atMs - nowMs(), 0), LONGEST_TIMER_MS);
    alarm.timer = setTimeout(() => ring(alarm), waitMs);
    alarm.timer.unref();
  };
  const ring = (alarm: Alarm) => {
    if (!alarms.has(alarm)) return;
    if (alarm.atMs > nowMs()) return arm(alarm);
    alarms.delete(alarm);
    alarm.callback();
  };

  return {
    nowMs,
    at(atMs, callback) {
      const alarm: Alarm = { atMs, callback, timer: undefined };
      alarms.add(alarm);
      arm(alarm);
      return () => {
        alarms.delete(alarm);
        clearTimeout(alarm.timer);
      };
    },
    advance(byMs) {
      offsetMs += byMs;
      for (const alarm of [...alarms].sort((a, b) => a.atMs - b.atMs)) {
        if (alarm.atMs <= nowMs()) ring(alarm);
        else arm(alarm);
      }
    },
  };
}
