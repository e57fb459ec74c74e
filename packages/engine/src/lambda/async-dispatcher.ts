/**
 * Runs what the outbox holds: at most as many at a time per function as it has instances, retried, settled.
 *
 * AWS waits 1 and then 2 minutes between the attempts. Here it is 1 and 2 seconds of the engine's time: long enough that
 * a dependency may recover in between and that a test can stand between two attempts, short enough for a person to watch.
 */
import type { EngineContext } from '../engine-context.ts';
import type { AcceptedInvocation, AsyncOutbox } from './async-outbox.ts';
import type { Outcome } from './instance.ts';
import type { WorkGauge } from './work-gauge.ts';

const RETRY_DELAYS_MS = [1_000, 2_000] as const;

export interface AsyncFunction {
  readonly name: string;
  run(requestId: string, payload: string): Promise<Outcome>;
  concurrency(): number;
  maximumRetryAttempts(): number;
  /** What finally failed goes here before it is forgotten. */
  failed(invocation: AcceptedInvocation, attempts: number, outcome: Outcome): Promise<void>;
}

export interface AsyncDispatcher {
  /** Takes up what the function's outbox holds from before, once. */
  attach(fn: AsyncFunction): void;
  /** Durable when it returns; the promise resolves when the invocation has succeeded or finally failed. */
  accept(functionName: string, requestId: string, payload: string): Promise<void>;
  /** Nothing that ends from now on is recorded: it will run again. */
  stop(): void;
}

export function createAsyncDispatcher(context: EngineContext, outbox: AsyncOutbox, gauge: WorkGauge): AsyncDispatcher {
  interface Lane {
    readonly fn: AsyncFunction;
    readonly ready: number[];
    running: number;
  }
  const lanes = new Map<string, Lane>();
  const settled = new Map<number, () => void>();
  const alarms = new Set<() => void>();
  let stopped = false;

  function later(lane: Lane, id: number, dueMs: number): void {
    const cancel = context.clock.at(dueMs, () => {
      alarms.delete(cancel);
      lane.ready.push(id);
      pump(lane);
    });
    alarms.add(cancel);
  }

  function pump(lane: Lane): void {
    while (!stopped && lane.ready.length > 0 && lane.running < lane.fn.concurrency()) {
      const invocation = outbox.get(lane.ready.shift() as number);
      if (!invocation) continue;
      lane.running += 1;
      void attempt(lane, invocation).finally(() => {
        lane.running -= 1;
        pump(lane);
      });
    }
  }

  async function attempt(lane: Lane, invocation: AcceptedInvocation): Promise<void> {
    const { id, requestId, payload } = invocation;
    const outcome = await lane.fn.run(requestId, payload).catch((error: Error) => failure(error));
    if (stopped) return;
    if (outcome.functionError === undefined) return settle(id);

    const failures = invocation.failures + 1;
    const delayMs = RETRY_DELAYS_MS[failures - 1];
    if (failures <= lane.fn.maximumRetryAttempts() && delayMs !== undefined) {
      const dueMs = context.clock.nowMs() + delayMs;
      outbox.postpone(id, failures, dueMs);
      return later(lane, id, dueMs);
    }
    try {
      await lane.fn.failed(invocation, failures, outcome);
    } catch (error) {
      context.log(`lambda: ${lane.fn.name}: the failure destination refused request ${requestId}: ${(error as Error).message}`);
    }
    if (!stopped) settle(id);
  }

  function settle(id: number): void {
    outbox.remove(id);
    gauge.end();
    settled.get(id)?.();
    settled.delete(id);
  }

  return {
    attach(fn) {
      if (lanes.has(fn.name)) return;
      const lane: Lane = { fn, ready: [], running: 0 };
      lanes.set(fn.name, lane);
      const nowMs = context.clock.nowMs();
      const pending = outbox.pending(fn.name);
      for (const { id, dueMs } of pending) {
        gauge.begin();
        if (dueMs > nowMs) later(lane, id, dueMs);
        else lane.ready.push(id);
      }
      if (pending.length > 0) {
        context.log(`lambda: ${fn.name}: ${pending.length} asynchronous invocations from before the restart are taken up`);
      }
      pump(lane);
    },
    accept(functionName, requestId, payload) {
      const lane = lanes.get(functionName) as Lane;
      const id = outbox.add(requestId, functionName, payload, context.clock.nowMs());
      gauge.begin();
      const { promise, resolve } = Promise.withResolvers<void>();
      settled.set(id, resolve);
      lane.ready.push(id);
      pump(lane);
      return promise;
    },
    stop() {
      stopped = true;
      for (const cancel of alarms) cancel();
    },
  };
}

function failure(error: Error): Outcome {
  return { payload: JSON.stringify({ errorType: error.name, errorMessage: error.message }), functionError: 'Unhandled' };
}
