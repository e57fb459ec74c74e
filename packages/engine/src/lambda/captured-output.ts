type Write = typeof process.stdout.write;

/** Replaces both output streams of this thread; `emit` gets whole lines, and what is left of a line at `flush`. */
export function captureOutput(emit: (text: string) => void): { flush(): void } {
  const flushes = [process.stdout, process.stderr].map((stream) => {
    let unfinished = '';
    const write = (chunk: string | Uint8Array, encodingOrDone?: unknown, maybeDone?: unknown): boolean => {
      const text = unfinished + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      const end = text.lastIndexOf('\n');
      unfinished = text.slice(end + 1);
      if (end > 0) emit(text.slice(0, end));
      const done = typeof encodingOrDone === 'function' ? encodingOrDone : maybeDone;
      if (typeof done === 'function') queueMicrotask(() => done());
      return true;
    };
    stream.write = write as Write;
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
