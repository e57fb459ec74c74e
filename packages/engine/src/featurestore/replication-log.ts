/**
 * Rows on their way to the offline store. What one transaction writes for one group becomes one entry, and entries go
 * to the lanes in turn: each lane is flushed on its own, so that several lanes mean several files an hour, out of order.
 */
import type { EngineContext } from '../engine-context.ts';
import type { FeatureStoreDatabase } from './feature-store-database.ts';
import type { StoredValue } from './record-schema.ts';

export interface ReplicationLog {
  /** Within a transaction of the commit queue. */
  append(groupId: number, invocationMs: number, isDeleted: boolean, values: readonly StoredValue[]): void;
  /** Called by the commit queue before its commit. */
  writeEntries(): void;
  discard(): void;
  /** The time of a call as the service keeps it. */
  invocationMs(): number;
  /** Told of each entry just before its commit. */
  onAppended(listener: (groupId: number, lane: number, arrivedMs: number) => void): void;
}

export function createReplicationLog(database: FeatureStoreDatabase, { clock, settings }: EngineContext): ReplicationLog {
  const insert = database.prepare('INSERT INTO replication (group_id, lane, arrived_ms, chars, rows) VALUES (?, ?, ?, ?, ?)');
  let rowsByGroup = new Map<number, string[]>();
  let turn = 0;
  let listener: (groupId: number, lane: number, arrivedMs: number) => void = () => {};
  return {
    append(groupId, invocationMs, isDeleted, values) {
      const row = JSON.stringify([invocationMs, isDeleted ? 1 : 0, ...values]);
      const rows = rowsByGroup.get(groupId);
      if (rows) rows.push(row);
      else rowsByGroup.set(groupId, [row]);
    },
    writeEntries() {
      const arrivedMs = clock.nowMs();
      for (const [groupId, rows] of rowsByGroup) {
        const lane = turn++ % settings.offlineFilesPerHour;
        const text = `[${rows.join(',')}]`;
        insert.run(groupId, lane, arrivedMs, text.length, text);
        listener(groupId, lane, arrivedMs);
      }
      rowsByGroup = new Map();
    },
    discard() {
      rowsByGroup = new Map();
    },
    invocationMs() {
      const nowMs = clock.nowMs();
      return settings.invocationTimePrecision === 'second' ? Math.floor(nowMs / 1000) * 1000 : nowMs;
    },
    onAppended(added) {
      listener = added;
    },
  };
}
