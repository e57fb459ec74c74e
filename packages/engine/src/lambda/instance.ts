import { Worker } from 'node:worker_threads';
import { exited, outOfMemory, timedOut } from './error-payload.ts';
import type { InstanceData, InstanceMessage, InvokeMessage } from './instance-protocol.ts';

export interface Outcome {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

/** One thread with one imported bundle; handles one invocation at a time. */
export interface Instance {
  /** Undefined when the bundle is imported, else the error's JSON; by then the thread is on its way out. */
  readonly ready: Promise<string | undefined>;
  run(message: InvokeMessage): Promise<Outcome>;
  isAlive(): boolean;
  /** Resolves when the thread is gone: nothing of it runs any more. */
  close(): Promise<void>;
  readonly gone: Promise<void>;
}

export interface InstanceOptions {
  readonly data: InstanceData;
  readonly environment: Record<string, string>;
  readonly onLog: (requestId: string | undefined, text: string) => void;
}

const THREAD = new URL('./instance-thread.mjs', import.meta.url);
/** Lambda gives the import ten seconds before it starts to count against the function's own timeout. */
const INIT_LIMIT_MS = 10_000;
/** Up to the 48 MB of a Node process: with 16, an answer of 100 rows spends a sixth of its time on collections. */
const youngGenerationMb = (memoryMb: number) => Math.min(48, Math.max(16, memoryMb / 16));

export function startInstance({ data, environment, onLog }: InstanceOptions): Instance {
  const worker = new Worker(THREAD, {
    workerData: data,
    env: environment,
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    name: data.functionName,
    // Lambda counts the whole process; V8 lets us bound the heap, which is where JavaScript grows.
    resourceLimits: { maxOldGenerationSizeMb: data.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb(data.memoryMb) },
  });
  const gone = Promise.withResolvers<void>();
  let alive = true;
  let lastRequestId = '';
  let settle: ((outcome: Outcome | undefined) => void) | undefined;
  let fatal: string | undefined;

  /** Waits for the next answer. The timer is the machine's, as the handler's own sense of time is. */
  const answerWithin = async (limitMs: number): Promise<Outcome | undefined> => {
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>();
    settle = resolve;
    const timer = setTimeout(async () => {
      fatal ??= timedOut(lastRequestId, limitMs);
      onLog(lastRequestId || undefined, `${lastRequestId} Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`);
      await worker.terminate();
    }, limitMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      settle = undefined;
    }
  };

  worker.on('message', (message: InstanceMessage) => {
    switch (message.type) {
      case 'log':
        return onLog(message.requestId, message.text);
      case 'ready':
        return settle?.(undefined);
      case 'result':
        return settle?.({ payload: message.payload });
      case 'failed':
        return settle?.({ payload: message.payload, functionError: 'Unhandled' });
      case 'init-failed':
      case 'crashed':
        fatal ??= message.payload;
        alive = false;
    }
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    onLog(lastRequestId || undefined, isMemory ? `out of memory: the limit is ${data.memoryMb} MB` : String(error));
    fatal ??= isMemory ? outOfMemory(lastRequestId) : undefined;
  });
  worker.on('exit', (exitCode) => {
    alive = false;
    settle?.({ payload: fatal ?? exited(lastRequestId, exitCode), functionError: 'Unhandled' });
    gone.resolve();
  });

  return {
    ready: answerWithin(Math.max(INIT_LIMIT_MS, data.timeoutMs)).then((failure) => failure?.payload),
    async run(message) {
      lastRequestId = message.requestId;
      const answer = answerWithin(data.timeoutMs);
      worker.postMessage(message);
      return (await answer) as Outcome;
    },
    isAlive: () => alive,
    async close() {
      alive = false;
      await worker.terminate();
      await gone.promise;
    },
    gone: gone.promise,
  };
}
