/** Runs `count` pieces of work, `limit` at a time and in order; the first failure interrupts the others. */
import { Interrupted, type Scope } from './scope.ts';

export async function runTogether<T>(
  scope: Scope,
  count: number,
  limit: number,
  work: (index: number, scope: Scope) => Promise<T>,
): Promise<T[]> {
  const inner = scope.child();
  const results = new Array<T>(count);
  let next = 0;
  let failure: { readonly error: unknown } | undefined;

  const worker = async () => {
    while (next < count && failure === undefined) {
      const index = next++;
      try {
        results[index] = await work(index, inner);
      } catch (error) {
        // Those that are interrupted because of the first failure fail after it.
        failure ??= { error };
        inner.cancel(error instanceof Interrupted ? error : new Interrupted('sibling-failed'));
      }
    }
  };
  // All of them have ended before anyone goes on: nobody writes for a branch that is gone.
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker));
  inner.close();
  if (failure !== undefined) throw failure.error;
  return results;
}
