/**
 * The instances of one function and the invocations that wait for one.
 *
 * waiting (first in, first out) → idle instance of the current version (last used first, so that the surplus grows old)
 *                               → else perhaps a new one (scale-out.ts), up to `limit` and as the shared budget allows.
 * A version is the function's specification and its bundle file on disk. Instances of an older version finish what they
 * are doing, still count against `limit` (reserved concurrency bounds all of them), and take nothing new.
 */
import { AwsError } from '../wire/aws-error.ts';
import type { Instance, Outcome } from './instance.ts';
import type { InstanceBudget } from './instance-budget.ts';
import { createScaleOut, PATIENCE_MS } from './scale-out.ts';

const MOST_WAITING = 10_000;

interface Member {
  readonly instance: Instance;
  readonly version: string;
  state: 'starting' | 'idle' | 'busy';
  idleSinceMs: number;
}

interface Waiting {
  readonly requestId: string;
  readonly payload: string;
  readonly resolve: (outcome: Outcome) => void;
}

export interface InstancePool {
  invoke(requestId: string, payload: string): Promise<Outcome>;
  size(): number;
  /** Closes instances that have been idle for at least that long; tells how many. */
  retireIdle(forMs: number, most?: number): number;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly functionName: string;
  readonly limit: () => number;
  /** Cheap: asked once per invocation. */
  readonly version: () => string;
  readonly start: () => Instance;
  readonly budget: InstanceBudget;
}

export function createInstancePool(options: PoolOptions): InstancePool {
  const waiting: Waiting[] = [];
  const members = new Set<Member>();
  const idle: Member[] = [];
  const scaleOut = createScaleOut();
  let impatience: NodeJS.Timeout | undefined;
  /** Since when something has been waiting without a break; a start begins it anew. */
  let queuedSinceMs = 0;
  let version = '';
  let closed = false;

  function retire(member: Member): void {
    const position = idle.indexOf(member);
    if (position >= 0) idle.splice(position, 1);
    void member.instance.close();
  }

  function takeIdle(): Member | undefined {
    for (let member = idle.pop(); member; member = idle.pop()) {
      if (member.version === version && member.instance.isAlive()) return member;
      void member.instance.close();
    }
    return undefined;
  }

  function start(): void {
    const member: Member = { instance: options.start(), version, state: 'starting', idleSinceMs: 0 };
    members.add(member);
    const startedMs = performance.now();
    queuedSinceMs = startedMs;
    void member.instance.gone.then(() => {
      members.delete(member);
      const position = idle.indexOf(member);
      if (position >= 0) idle.splice(position, 1);
      options.budget.release();
    });
    void member.instance.ready.then((initError) => {
      if (initError !== undefined) return waiting.shift()?.resolve({ payload: initError, functionError: 'Unhandled' });
      scaleOut.started(performance.now() - startedMs);
      free(member);
      dispatch();
    });
  }

  /** The instance has nothing to do: the next invocation, or a place among the idle. */
  function free(member: Member): void {
    if (!member.instance.isAlive()) return;
    const next = member.version === version && !closed ? waiting.shift() : undefined;
    if (next) {
      void run(member, next);
    } else if (member.version !== version || closed) {
      retire(member);
    } else {
      member.state = 'idle';
      member.idleSinceMs = performance.now();
      idle.push(member);
    }
  }

  async function run(member: Member, { requestId, payload, resolve }: Waiting): Promise<void> {
    member.state = 'busy';
    const startedMs = performance.now();
    const outcome = await member.instance.run({ requestId, payload });
    scaleOut.finished(performance.now() - startedMs);
    resolve(outcome);
    free(member);
    if (waiting.length > 0) dispatch();
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const member = takeIdle();
      if (!member) break;
      void run(member, waiting.shift() as Waiting);
    }
    while (wantsOne() && members.size < options.limit() && options.budget.take(members.size === 0)) start();
    if (waiting.length > 0) impatience ??= setTimeout(lookAgain, PATIENCE_MS);
  }

  function wantsOne(): boolean {
    if (waiting.length === 0) return false;
    let serving = 0;
    let starting = 0;
    for (const member of members) {
      if (member.version !== version || !member.instance.isAlive()) continue;
      if (member.state === 'starting') starting += 1;
      else serving += 1;
    }
    return scaleOut.wantsOne({ waiting: waiting.length, queuedForMs: performance.now() - queuedSinceMs, serving, starting });
  }

  function lookAgain(): void {
    impatience = undefined;
    if (waiting.length > 0) dispatch();
  }

  const pool: InstancePool = {
    invoke(requestId, payload) {
      if (waiting.length >= MOST_WAITING) {
        throw new AwsError(
          'TooManyRequestsException',
          `Rate Exceeded: ${MOST_WAITING} invocations of ${options.functionName} are waiting.`,
          429,
        );
      }
      version = options.version();
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      if (waiting.length === 0) queuedSinceMs = performance.now();
      waiting.push({ requestId, payload, resolve });
      dispatch();
      return promise;
    },
    size: () => members.size,
    retireIdle(forMs, most = Number.POSITIVE_INFINITY) {
      const nowMs = performance.now();
      const old = idle.filter((member) => nowMs - member.idleSinceMs >= forMs).slice(0, most);
      old.forEach(retire);
      return old.length;
    },
    async close() {
      closed = true;
      clearTimeout(impatience);
      options.budget.forget(member);
      const unserved = {
        payload: JSON.stringify({ errorType: 'Engine.Stopped', errorMessage: 'The engine was stopped.' }),
        functionError: 'Unhandled' as const,
      };
      for (const { resolve } of waiting.splice(0)) resolve(unserved);
      await Promise.all([...members].map(({ instance }) => instance.close()));
    },
  };
  const member = { dispatch, retireIdle: pool.retireIdle, hasWaiting: () => waiting.length > 0 };
  options.budget.join(member);
  return pool;
}
