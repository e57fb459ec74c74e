import { TidemarkError } from '@tidemark/domain';

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

export const isServiceError = (error: unknown, ...names: readonly string[]): error is ServiceError =>
  error instanceof Error && names.includes(error.name);

/**
 * An SDK exception → DEPENDENCY_FAILED with the service's own code and request id. Its message is left in `cause`:
 * services quote values in it.
 */
export function translateError(what: string, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const { name = 'unknown error', $metadata } = (error ?? {}) as ServiceError;
  const request = $metadata?.requestId === undefined ? '' : `, request ${$metadata.requestId}`;
  return new TidemarkError('DEPENDENCY_FAILED', `${what} failed with ${name}${request}`, { cause: error });
}

/** Runs one SDK call and translates what it throws. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateError(what, error);
  }
}
