import type { WalSync } from '../../durability/wal-sync.ts';
import type { IndexDatabase } from './index-database.ts';

/** Runs `work` inside a transaction; the promise resolves once that is on disk, and rejects with what `work` threw. */
export type Commit = <Result>(work: () => Result) => Promise<Result>;

interface Job {
  /** Returns how to tell the caller, which must wait until the whole group is on disk. */
  attempt(): () => void;
  reject(error: unknown): void;
}

/**
 * One transaction for all changes that arrive in one turn of the event loop, or while the disk is busy with the
 * transaction before. Each change has a savepoint of its own, so one that is refused leaves the others alone.
 */
export function createGroupCommit(database: IndexDatabase, disk: WalSync): Commit {
  let waiting: Job[] = [];
  /** A transaction is due or on its way to the disk; the next one follows it. */
  let busy = false;
  const savepoint = database.transaction((work: () => unknown) => work());
  const attemptAll = database.transaction((jobs: readonly Job[]) => jobs.map((job) => job.attempt()));

  const flush = () => {
    if (waiting.length === 0) {
      busy = false;
      return;
    }
    const jobs = waiting;
    waiting = [];
    const failed = (error: unknown) => {
      for (const job of jobs) job.reject(error);
      setImmediate(flush);
    };
    try {
      const settled = disk.unflushed(() => attemptAll(jobs));
      disk.flush().then(() => {
        for (const settle of settled) settle();
        setImmediate(flush);
      }, failed);
    } catch (error) {
      failed(error);
    }
  };

  return <Result>(work: () => Result) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({
        attempt() {
          try {
            const result = savepoint(work) as Result;
            return () => resolve(result);
          } catch (error) {
            return () => reject(error);
          }
        },
        reject,
      });
      if (busy) return;
      busy = true;
      setImmediate(flush);
    });
}
