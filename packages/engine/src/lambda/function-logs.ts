import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineClock } from '../time/engine-clock.ts';

export interface FunctionLogs {
  append(functionName: string, requestId: string | undefined, line: string): void;
  /** Everything appended so far is in the files when this returns. */
  flush(): void;
  /** What is appended later is lost. */
  close(): void;
}

const MOST_BYTES = 10_000_000;

/**
 * `<dir>/<function>.log`, and the part before it in `<function>.log.1`: at most about twice `mostBytes` a function.
 * Lines are gathered for one turn of the event loop and written together.
 */
export function createFunctionLogs(dir: string, clock: EngineClock, mostBytes = MOST_BYTES): FunctionLogs {
  mkdirSync(dir, { recursive: true });
  const files = new Map<string, { path: string; fd: number; sizeBytes: number; pending: string }>();
  let scheduled: NodeJS.Immediate | undefined;
  let closed = false;

  const fileOf = (functionName: string) => {
    const known = files.get(functionName);
    if (known) return known;
    const path = join(dir, `${functionName}.log`);
    const fd = openSync(path, 'a');
    const file = { path, fd, sizeBytes: statSync(path).size, pending: '' };
    files.set(functionName, file);
    return file;
  };
  const flush = () => {
    clearImmediate(scheduled);
    scheduled = undefined;
    for (const file of files.values()) {
      if (file.pending === '') continue;
      file.sizeBytes += writeSync(file.fd, file.pending);
      file.pending = '';
      if (file.sizeBytes < mostBytes) continue;
      closeSync(file.fd);
      renameSync(file.path, `${file.path}.1`);
      file.fd = openSync(file.path, 'a');
      file.sizeBytes = 0;
    }
  };

  return {
    append(functionName, requestId, line) {
      if (closed) return;
      const file = fileOf(functionName);
      file.pending += `${new Date(clock.nowMs()).toISOString()} ${requestId ?? '-'} ${line}\n`;
      scheduled ??= setImmediate(flush);
    },
    flush,
    close() {
      flush();
      closed = true;
      for (const { fd } of files.values()) closeSync(fd);
      files.clear();
    },
  };
}
