/**
 * The online records. Every method runs inside a transaction of the commit queue, except the reads.
 *
 * A put is one upsert whose WHERE is the ordering rule: the newer event time stands (an equal one by
 * settings.equalEventTime), tombstones take part, an expired record counts as absent.
 */
import type { EngineContext } from '../engine-context.ts';
import type { EventTime } from './event-time.ts';
import type { FeatureStoreDatabase } from './feature-store-database.ts';

export interface OnlineRow {
  readonly eventTime: EventTime;
  /** Beside the event time's nanoseconds. */
  readonly expiresSeconds: number | undefined;
  /** JSON text of the Record array; undefined in a tombstone. */
  readonly record: string | undefined;
}

export interface OnlineStore {
  /** Not expired; may be a tombstone. */
  read(groupId: number, recordId: string): OnlineRow | undefined;
  /** Live records only, in the order of the ids that were found. */
  readMany(groupId: number, recordIds: readonly string[], take: (recordId: string, row: OnlineRow) => void): void;
  put(groupId: number, recordId: string, eventTime: EventTime, expiresSeconds: number | undefined, record: string): void;
  /** Whatever stands there: the caller has compared. */
  replace(groupId: number, recordId: string, eventTime: EventTime, expiresSeconds: number | undefined, record: string): void;
  bury(groupId: number, recordId: string, eventTime: EventTime): void;
  remove(groupId: number, recordId: string): void;
  /** Ids after `after` in byte order, at most `limit`. */
  listIds(groupId: number, after: string, limit: number, withTombstones: boolean): string[];
}

type Row = [etSeconds: number, etNanoseconds: number, expiresSeconds: number | null, record: string | null];

const upsert = (condition: string) => `
  INSERT INTO online (group_id, record_id, et_s, et_ns, expires_s, record) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (group_id, record_id) DO UPDATE
  SET et_s = excluded.et_s, et_ns = excluded.et_ns, expires_s = excluded.expires_s, record = excluded.record
  ${condition}`;
const whereNewer = (comparison: '>' | '>=') =>
  `WHERE (excluded.et_s, excluded.et_ns) ${comparison} (et_s, et_ns) OR (expires_s IS NOT NULL AND (expires_s, et_ns) <= (?, ?))`;

export function createOnlineStore(database: FeatureStoreDatabase, { clock, settings }: EngineContext): OnlineStore {
  const put = database.prepare(upsert(whereNewer(settings.equalEventTime === 'overwrite' ? '>=' : '>')));
  const bury = database.prepare(upsert(whereNewer('>')));
  const replace = database.prepare(upsert(''));
  const remove = database.prepare('DELETE FROM online WHERE group_id = ? AND record_id = ?');
  const read = database.prepare('SELECT et_s, et_ns, expires_s, record FROM online WHERE group_id = ? AND record_id = ?').raw();
  const list = database
    .prepare(
      `SELECT record_id FROM online WHERE group_id = ? AND record_id > ? AND (record IS NOT NULL OR ?)
       AND (expires_s IS NULL OR (expires_s, et_ns) > (?, ?)) ORDER BY record_id LIMIT ?`,
    )
    .pluck();

  const now = (): [seconds: number, nanoseconds: number] => {
    const nowMs = clock.nowMs();
    const seconds = Math.floor(nowMs / 1000);
    return [seconds, Math.floor(nowMs - seconds * 1000) * 1_000_000];
  };
  const readLive = (groupId: number, recordId: string, [nowS, nowNs]: [number, number]): OnlineRow | undefined => {
    const row = read.get(groupId, recordId) as Row | undefined;
    if (row === undefined) return undefined;
    const [seconds, nanoseconds, expires, record] = row;
    if (expires !== null && (expires < nowS || (expires === nowS && nanoseconds <= nowNs))) return undefined;
    return { eventTime: { seconds, nanoseconds }, expiresSeconds: expires ?? undefined, record: record ?? undefined };
  };

  return {
    read: (groupId, recordId) => readLive(groupId, recordId, now()),
    readMany(groupId, recordIds, take) {
      const at = now();
      for (const recordId of recordIds) {
        const row = readLive(groupId, recordId, at);
        if (row?.record !== undefined) take(recordId, row);
      }
    },
    put(groupId, recordId, { seconds, nanoseconds }, expires, record) {
      const [nowS, nowNs] = now();
      put.run(groupId, recordId, seconds, nanoseconds, expires ?? null, record, nowS, nowNs);
    },
    replace(groupId, recordId, { seconds, nanoseconds }, expires, record) {
      replace.run(groupId, recordId, seconds, nanoseconds, expires ?? null, record);
    },
    bury(groupId, recordId, { seconds, nanoseconds }) {
      const [nowS, nowNs] = now();
      bury.run(groupId, recordId, seconds, nanoseconds, null, null, nowS, nowNs);
    },
    remove(groupId, recordId) {
      remove.run(groupId, recordId);
    },
    listIds(groupId, after, limit, withTombstones) {
      const [nowS, nowNs] = now();
      return list.all(groupId, after, withTombstones ? 1 : 0, nowS, nowNs, limit) as string[];
    },
  };
}
