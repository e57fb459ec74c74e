import { Worker } from 'node:worker_threads';
import type { DrainAnswer, DrainRequest } from './drain-protocol.ts';

/** The main thread's end of the drain thread; runs one flush at a time. */
export interface DrainWorker {
  /** Rejects when the thread failed or was stopped; `take` runs for a few files at once. */
  run(request: Extract<DrainRequest, { kind: 'flush' }>, take: (key: string, file: string) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export function createDrainWorker(databaseFile: string, folder: string): DrainWorker {
  let worker: Worker | undefined;
  const start = (): Worker => {
    const started = new Worker(new URL('./drain-thread.ts', import.meta.url), {
      workerData: { databaseFile, folder },
      execArgv: [],
    });
    started.unref();
    // Also between two flushes, when nobody else listens: the next run starts another thread.
    const forget = () => {
      if (worker === started) worker = undefined;
    };
    started.on('error', forget).on('exit', forget);
    worker = started;
    return started;
  };
  return {
    run: (request, take) =>
      new Promise((resolve, reject) => {
        const thread = worker ?? start();
        const taking = new Set<Promise<void>>();
        let settled = false;
        const settle = (finish: () => void) => {
          if (settled) return;
          settled = true;
          thread.off('message', onMessage).off('error', onError).off('exit', onExit);
          // The next run may bring the same files: it must not meet one that is still being taken over.
          void Promise.allSettled(taking).then(finish);
        };
        const fail = (error: unknown) => {
          if (worker === thread) worker = undefined;
          // A thread whose flush has failed half way is not used again.
          void thread.terminate();
          settle(() => reject(error));
        };
        const onError = (error: unknown) => fail(error);
        const onExit = () => fail(new Error('The drain thread has stopped.'));
        const onMessage = (answer: DrainAnswer) => {
          if (answer.kind === 'failed') return fail(new Error(`The drain thread failed: ${answer.errorName}.`));
          if (answer.kind === 'done') {
            Promise.all(taking).then(() => settle(resolve), fail);
            return;
          }
          const taken = take(answer.key, answer.file).then(() => {
            taking.delete(taken);
            thread.postMessage({ kind: 'taken' } satisfies DrainRequest);
          });
          taking.add(taken);
          taken.catch(fail);
        };
        thread.on('message', onMessage).on('error', onError).on('exit', onExit);
        thread.postMessage(request);
      }),
    async stop() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}
