/** `tidemark` as a process of its own, the way people and scripts run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(import.meta.resolve('@tidemark/cli'));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function tidemark(...args: readonly string[]): Promise<Finished> {
  const child = start(args);
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

export interface Serving<Ready> {
  /** The first line on stdout. Rejects when the process ends before that. */
  readonly ready: Promise<Ready>;
  readonly pid: number;
  /** Resolves with the exit code, null after a kill. */
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
}

export interface DevReady {
  readonly ready: true;
  readonly endpoint: string;
  readonly api: string;
  readonly token: string;
}

/** Starts `engine --json` or `dev --json`. */
export function serve<Ready = DevReady>(...args: readonly string[]): Serving<Ready> {
  const child = start(args);
  const stderr = collect(child, 'stderr');
  const closed = once(child, 'close') as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
  const ready = Promise.race([once(lines, 'line') as Promise<[string]>, closed.then(() => undefined)]).then((first) => {
    if (first === undefined) throw new Error(`tidemark ${args.join(' ')} ended before it was ready: ${stderr()}`);
    return JSON.parse(first[0]) as Ready;
  });
  // Whoever kills it before it is ready does not wait for this.
  ready.catch(() => {});
  return {
    ready,
    pid: child.pid as number,
    async stop(signal) {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  child[stream]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
