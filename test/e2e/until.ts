import { setTimeout as pause } from 'node:timers/promises';
import { TidemarkError } from '@tidemark/domain';

/** Looks until it is so. While the engine starts, nobody answers. `undefined`: it is too late. */
export async function until(what: string, reached: () => Promise<boolean | undefined>): Promise<void> {
  for (;;) {
    try {
      const now = await reached();
      if (now === undefined) throw new Error(`too late for: ${what}`);
      if (now) return;
    } catch (error) {
      if (!isNobodyThere(error)) throw error;
    }
    await pause(5);
  }
}

const isNobodyThere = (error: unknown): boolean =>
  error instanceof TidemarkError
    ? isNobodyThere(error.cause)
    : ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
