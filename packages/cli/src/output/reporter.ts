/**
 * What a command says: people get lines on stdout, programs get JSON with `--json`; progress and warnings go to stderr, so
 * that stdout can be piped.
 */
export interface Reporter {
  readonly json: boolean;
  /** A line for a person; nothing with --json. */
  line(text?: string): void;
  /** What has just happened, while a command goes on. */
  progress(text: string): void;
  /** The result of a command as one JSON document; nothing without --json. */
  result(value: unknown): void;
}

export function createReporter(
  json: boolean,
  out: NodeJS.WriteStream = process.stdout,
  err: NodeJS.WriteStream = process.stderr,
): Reporter {
  return {
    json,
    line(text = '') {
      if (!json) out.write(`${text}\n`);
    },
    progress(text) {
      (json ? err : out).write(`${text}\n`);
    },
    result(value) {
      if (json) out.write(`${JSON.stringify(value)}\n`);
    },
  };
}
