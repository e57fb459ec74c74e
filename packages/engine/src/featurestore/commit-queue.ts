/**
 * Group commit: what is submitted in one turn of the event loop runs in one transaction, so that concurrent requests
 * share one flush to disk. A promise resolves only after the commit.
 *
 * A write that throws before it has changed anything (an AwsError: a stale hard delete, a conflict) fails alone. Any
 * other error rolls the whole turn back and fails all of it.
 */
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
  beforeCommit: () => void,
  afterRollback: () => void,
): CommitQueue {
  let pending: Pending[] = [];
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');

  const flush = () => {
    const turn = pending;
    pending = [];
    const settled: (() => void)[] = [];
    try {
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
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      afterRollback();
      for (const { reject } of turn) reject(error);
      return;
    }
    for (const settle of settled) settle();
  };

  return {
    submit: (write) =>
      new Promise((resolve, reject) => {
        if (pending.length === 0) setImmediate(flush);
        pending.push({ write, resolve: resolve as (result: never) => void, reject });
      }),
  };
}
