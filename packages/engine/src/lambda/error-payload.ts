/** The JSON in which Lambda tells what went wrong in a function. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** As the Node.js runtime describes whatever was thrown. */
export function describeError(thrown: unknown): ErrorPayload {
  if (thrown instanceof Error || isErrorLike(thrown)) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

function isErrorLike(thrown: unknown): thrown is Error {
  const candidate = thrown as Partial<Error> | null;
  return typeof candidate === 'object' && typeof candidate?.name === 'string' && typeof candidate.message === 'string';
}

export function initErrorType(thrown: unknown, entry: string): string {
  const { code, name, message } = thrown as NodeJS.ErrnoException;
  if (thrown instanceof SyntaxError) return 'Runtime.UserCodeSyntaxError';
  if (code === 'ERR_MODULE_NOT_FOUND' || message?.includes(`Cannot find module '${entry}'`)) return 'Runtime.ImportModuleError';
  return name ?? typeof thrown;
}

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
