/**
 * Group commit: what is submitted in one turn of the event loop, or while the disk is busy with the transaction before,
 * runs in one transaction (see durability/). A promise resolves only when its write is on disk. Nothing is slower for
 * waiting: what a busy disk is asked to flush waits until it is free anyway.
 *
 * A write that throws before it has changed anything (an AwsError: a stale hard delete, a conflict) fails alone. Any
 * other error rolls the whole turn back and fails all of it.
 */
import type { WalSync } from '../durability/wal-sync.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { FeatureStoreDatabase } from './feature-store-database.ts';

export interface CommitQueue {
  submit<Result>(write: () => Result): Promise<Result>;
}

interface Pending {
  readonly write: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

export function createCommitQueue(
  database: FeatureStoreDatabase,
  disk: WalSync,
  beforeCommit: () => void,
  afterRollback: () => void,
): CommitQueue {
  let pending: Pending[] = [];
  /** A transaction is due or on its way to the disk; the next one follows it. */
  let busy = false;
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');

  const flush = () => {
    if (pending.length === 0) {
      busy = false;
      return;
    }
    const turn = pending;
    pending = [];
    const settled: (() => void)[] = [];
    const failed = (error: unknown) => {
      for (const { reject } of turn) reject(error);
      setImmediate(flush);
    };
    try {
      disk.unflushed(() => {
        begin.run();
        for (const { write, resolve, reject } of turn) {
          try {
            const result = write() as never;
            settled.push(() => resolve(result));
          } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            settled.push(() => reject(error));
          }
        }
        beforeCommit();
        commit.run();
      });
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      afterRollback();
      return failed(error);
    }
    disk.flush().then(() => {
      for (const settle of settled) settle();
      setImmediate(flush);
    }, failed);
  };

  return {
    submit: (write) =>
      new Promise((resolve, reject) => {
        pending.push({ write, resolve: resolve as (result: never) => void, reject });
        if (busy) return;
        busy = true;
        setImmediate(flush);
      }),
  };
}
