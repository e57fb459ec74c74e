import { type ErrorCode, errorRegistry, TidemarkError } from '@tidemark/domain';

/** Scripts may rely on these: 1 a defect or an unexpected fault, 2 wrong usage or input, 3 a dependency failed, 4 the work ended with a failure, 5 something is in alarm. */
export const EXIT = { fault: 1, usage: 2, dependency: 3, failed: 4, alarm: 5 } as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed) return EXIT.failed;
  if (!(error instanceof TidemarkError)) return EXIT.fault;
  return { caller: EXIT.usage, dependency: EXIT.dependency, us: EXIT.fault }[error.kind.fault];
}

/** The command worked, but what it was to bring about failed: an ingest, a data set. */
export class CommandFailed extends Error {}

/** What a machine or the API answered as an error: under a code of the registry it is that error here too. */
export const failureOf = (code: string | undefined, message: string): Error =>
  code !== undefined && Object.hasOwn(errorRegistry, code)
    ? new TidemarkError(code as ErrorCode, message)
    : new CommandFailed(message);
