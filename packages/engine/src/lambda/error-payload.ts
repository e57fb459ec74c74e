/** The JSON in which Lambda tells what went wrong with a function's sandbox; for its own errors see describe-error.mjs. */
const sandboxError = (errorType: string, errorMessage: string) => JSON.stringify({ errorType, errorMessage });

export const timedOut = (requestId: string, timeoutMs: number): string =>
  sandboxError(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );

export const exited = (requestId: string, exitCode: number): string =>
  sandboxError(
    'Runtime.ExitError',
    `RequestId: ${requestId} Error: Runtime exited ${exitCode === 0 ? 'without providing a reason' : `with error: exit status ${exitCode}`}`,
  );

export const outOfMemory = (requestId: string): string =>
  sandboxError('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`);

export const responseTooLarge = (limitBytes: number): string =>
  sandboxError(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`,
  );
