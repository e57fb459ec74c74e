/** Metrics are lines of the log, as they are: a logger around them would change their form. */
export const emitMetrics = (line: string): void => void process.stdout.write(`${line}\n`);
