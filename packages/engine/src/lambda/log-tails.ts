/** The last 4 KB that an invocation printed, for callers of Invoke that asked for it (`LogType: Tail`). */
export interface LogTails {
  begin(requestId: string): void;
  append(requestId: string | undefined, line: string): void;
  /** Base64, and forgotten. */
  end(requestId: string): string;
}

const TAIL_BYTES = 4_096;

export function createLogTails(): LogTails {
  const tails = new Map<string, string>();
  return {
    begin: (requestId) => void tails.set(requestId, ''),
    append(requestId, line) {
      if (tails.size === 0 || requestId === undefined) return;
      const tail = tails.get(requestId);
      if (tail !== undefined) tails.set(requestId, `${tail}${line}\n`.slice(-TAIL_BYTES));
    },
    end(requestId) {
      const tail = Buffer.from(tails.get(requestId) ?? '');
      tails.delete(requestId);
      return tail.subarray(Math.max(0, tail.length - TAIL_BYTES)).toString('base64');
    },
  };
}
