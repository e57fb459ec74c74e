/**
 * The book of flushes. A flush is written down before its first file and struck out after its last entry is gone:
 *
 *   open (entries there, files perhaps) → stored (files there, entries perhaps) → gone
 *
 * So a flush that a crash interrupted is done again with the same entries and the same names, and a file that is there
 * already is left as it is: no row is lost and none comes twice.
 */
import type { CommitQueue } from '../featurestore/commit-queue.ts';
import type { FeatureStoreDatabase } from '../featurestore/feature-store-database.ts';
import type { Flush } from './drain-protocol.ts';

export interface FlushLog {
  /** Opens a flush over what arrived at or before `arrivedByMs`; undefined when there is nothing. */
  open(groupId: number, lane: number, arrivedByMs: number, writeMs: number): Promise<Flush | undefined>;
  markStored(flush: Flush): Promise<void>;
  /** Deletes the entries in slices, so that requests are not held up, and strikes the flush out. */
  trim(flush: Flush): Promise<void>;
  unfinished(): { readonly flush: Flush; readonly stored: boolean }[];
  /** The lanes that have entries, each with its oldest one's arrival. */
  lanes(): { readonly groupId: number; readonly lane: number; readonly oldestMs: number }[];
  oldestArrival(groupId: number, lane: number): number | undefined;
}

const MOST_CHARS = 48 * 1024 * 1024;
const MOST_ENTRIES = 40_000;
const TRIM_SLICE = 400;

export function createFlushLog(database: FeatureStoreDatabase, queue: CommitQueue): FlushLog {
  const range = database.prepare(`
    SELECT min(seq) AS firstSeq, max(seq) AS lastSeq FROM (
      SELECT seq, sum(chars) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - chars AS charsBefore FROM (
        SELECT seq, chars FROM replication WHERE group_id = ? AND lane = ? AND arrived_ms <= ? ORDER BY seq LIMIT ${MOST_ENTRIES}))
    WHERE charsBefore < ${MOST_CHARS}`);
  const insert = database.prepare('INSERT INTO flush (group_id, lane, first_seq, last_seq, write_ms) VALUES (?, ?, ?, ?, ?)');
  const mark = database.prepare('UPDATE flush SET stored = 1 WHERE id = ?');
  const slice = database.prepare(`
    DELETE FROM replication WHERE seq IN (
      SELECT seq FROM replication WHERE group_id = ? AND lane = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ${TRIM_SLICE})`);
  const strike = database.prepare('DELETE FROM flush WHERE id = ?');
  const oldest = database
    .prepare('SELECT arrived_ms FROM replication WHERE group_id = ? AND lane = ? ORDER BY seq LIMIT 1')
    .pluck();

  return {
    open: (groupId, lane, arrivedByMs, writeMs) =>
      queue.submit(() => {
        const { firstSeq, lastSeq } = range.get(groupId, lane, arrivedByMs) as {
          firstSeq: number | null;
          lastSeq: number | null;
        };
        if (firstSeq === null || lastSeq === null) return undefined;
        const id = Number(insert.run(groupId, lane, firstSeq, lastSeq, writeMs).lastInsertRowid);
        return { id, groupId, lane, firstSeq, lastSeq, writeMs };
      }),
    markStored: (flush) => queue.submit(() => void mark.run(flush.id)),
    async trim(flush) {
      for (;;) {
        const deleted = await queue.submit(() => slice.run(flush.groupId, flush.lane, flush.firstSeq, flush.lastSeq).changes);
        if (deleted < TRIM_SLICE) break;
      }
      await queue.submit(() => void strike.run(flush.id));
    },
    unfinished: () =>
      (
        database
          .prepare(
            'SELECT id, group_id AS groupId, lane, first_seq AS firstSeq, last_seq AS lastSeq, write_ms AS writeMs, stored FROM flush ORDER BY id',
          )
          .all() as (Flush & { stored: number })[]
      ).map(({ stored, ...flush }) => ({ flush, stored: stored === 1 })),
    lanes: () =>
      database
        .prepare('SELECT group_id AS groupId, lane, min(arrived_ms) AS oldestMs FROM replication GROUP BY group_id, lane')
        .all() as ReturnType<FlushLog['lanes']>,
    oldestArrival: (groupId, lane) => oldest.get(groupId, lane) as number | undefined,
  };
}
