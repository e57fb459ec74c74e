/**
 * A tree of waits that can be ended from outside: a stopped execution, a timeout, a failed sibling, an instance that
 * shuts down. Nothing is killed: whoever waits is told at once, and what comes in late is dropped.
 */
type InterruptionKind =
  /** The instance goes away; nothing more is written, the execution goes on after the next start. */
  | 'halted'
  /** StopExecution, or a parent that has ended. */
  | 'stopped'
  /** The execution's own TimeoutSeconds. */
  | 'timed-out'
  /** Another branch or iteration has failed. */
  | 'sibling-failed';

export class Interrupted extends Error {
  readonly kind: InterruptionKind;
  readonly error: string | undefined;
  readonly reason: string | undefined;

  constructor(kind: InterruptionKind, error?: string, reason?: string) {
    super(`Interrupted: ${kind}`);
    this.name = 'Interrupted';
    this.kind = kind;
    this.error = error;
    this.reason = reason;
  }
}

export interface Scope {
  /** The promise's outcome, or a rejection with Interrupted, whichever comes first. */
  wait<T>(promise: Promise<T>): Promise<T>;
  /** `start` gets a callback and returns how to cancel it. */
  waitFor(start: (resolve: () => void) => () => void): Promise<void>;
  cancel(interruption: Interrupted): void;
  /** @throws Interrupted when cancelled */
  check(): void;
  child(): Scope;
  /** Takes the scope out of its parent's list. */
  close(): void;
}

export function createScope(parent?: { readonly children: Set<Scope> }, inherited?: Interrupted): Scope {
  const waiting = new Set<(interruption: Interrupted) => void>();
  const children = new Set<Scope>();
  let cancelled = inherited;

  const scope: Scope = {
    wait<T>(promise: Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (cancelled !== undefined) {
          promise.catch(() => undefined);
          return reject(cancelled);
        }
        waiting.add(reject);
        promise.then(resolve, reject).finally(() => waiting.delete(reject));
      });
    },
    waitFor(start) {
      let undo = () => {};
      const done = new Promise<void>((resolve) => {
        if (cancelled === undefined) undo = start(resolve);
      });
      return scope.wait(done).finally(undo);
    },
    cancel(interruption) {
      if (cancelled !== undefined) return;
      cancelled = interruption;
      for (const child of children) child.cancel(interruption);
      for (const reject of waiting) reject(interruption);
      waiting.clear();
    },
    check() {
      if (cancelled !== undefined) throw cancelled;
    },
    child() {
      const child = createScope({ children }, cancelled);
      children.add(child);
      return child;
    },
    close() {
      parent?.children.delete(scope);
    },
  };
  return scope;
}
