/** A failure inside an execution, under the name that Retry, Catch and the history see. */
export class StatesError extends Error {
  readonly error: string;
  readonly reason: string;

  constructor(error: string, reason: string) {
    super(`${error}: ${reason}`);
    this.name = 'StatesError';
    this.error = error;
    this.reason = reason;
  }
}

/** Cannot be retried or caught, as on AWS: the definition and the input do not fit each other. */
export function runtimeError(reason: string): StatesError {
  return new StatesError('States.Runtime', reason);
}
