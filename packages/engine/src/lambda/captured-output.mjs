/**
 * Replaces both output streams of this thread; `emit` gets whole lines, and what is left of a line at `flush`.
 *
 * @param {(text: string) => void} emit
 * @returns {{ flush(): void }}
 */
export function captureOutput(emit) {
  const flushes = [process.stdout, process.stderr].map((stream) => {
    let unfinished = '';
    /** @type {(chunk: string | Uint8Array, encodingOrDone?: unknown, maybeDone?: unknown) => boolean} */
    const write = (chunk, encodingOrDone, maybeDone) => {
      const text = unfinished + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      const end = text.lastIndexOf('\n');
      unfinished = text.slice(end + 1);
      if (end > 0) emit(text.slice(0, end));
      const done = typeof encodingOrDone === 'function' ? encodingOrDone : maybeDone;
      if (typeof done === 'function') queueMicrotask(() => done());
      return true;
    };
    stream.write = write;
    return () => {
      if (unfinished !== '') emit(unfinished);
      unfinished = '';
    };
  });
  return {
    flush() {
      for (const flush of flushes) flush();
    },
  };
}
