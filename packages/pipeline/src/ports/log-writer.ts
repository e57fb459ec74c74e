export interface LogLine {
  readonly timestampMs: number;
  readonly message: string;
}

/** A log that is kept. */
export interface LogWriter {
  /**
   * At least once: after a failure some of the lines may be there, and are there twice when it is tried again.
   * @throws DEPENDENCY_FAILED, also where the log refuses a line as too old
   */
  append(stream: string, lines: readonly LogLine[]): Promise<void>;
}
