/**
 * Brings what is committed to a SQLite WAL to disk without holding up the thread.
 *
 * A commit under `synchronous = FULL` waits for the disk inside the call, and with it every request of the engine (1 to
 * 4 ms each, a third of an ingest's time). Here a commit runs under NORMAL, which only appends to the WAL, and the file
 * is flushed by the thread pool before anyone is told. A WAL is read back up to its last whole commit and a flush covers
 * all that stands before it, so what a power loss leaves is a prefix that holds everything that was ever acknowledged.
 * What is not flushed yet can be read already, as with any database that commits in groups.
 */
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { Database } from 'better-sqlite3';

const fdatasync = promisify(fs.fdatasync);

export interface WalSync {
  /** Runs a transaction that is visible when this returns and durable when {@link flush} resolves. */
  unflushed<Result>(transaction: () => Result): Result;
  /** Resolves when every commit before the call is on disk. Callers that come while a flush runs share the next one. */
  flush(): Promise<void>;
  /** Call after the last flush has resolved. */
  close(): void;
}

export function createWalSync(database: Database): WalSync {
  let wal: number | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const flushNow = (): Promise<void> => {
    next = undefined;
    // SQLite makes the file with the first commit and keeps it as long as a connection is open.
    wal ??= fs.openSync(`${database.name}-wal`, 'r+');
    const flushing = fdatasync(wal).finally(() => {
      if (running === flushing) running = undefined;
    });
    running = flushing;
    return flushing;
  };

  return {
    unflushed(transaction) {
      // A prepared PRAGMA would act once, when it is compiled.
      database.pragma('synchronous = NORMAL');
      try {
        return transaction();
      } finally {
        database.pragma('synchronous = FULL');
      }
    },
    flush() {
      next ??= (running ?? Promise.resolve()).then(flushNow, flushNow);
      return next;
    },
    close() {
      if (wal !== undefined) fs.closeSync(wal);
      wal = undefined;
    },
  };
}
