/** The specification of a snapshot, as loops: the records that the online store held at an instant. */
import { fromMs } from '@tidemark/domain';
import { type HistoryRow, isNewer, type StoredValue, type Version, versionOf } from './point-in-time.ts';

export interface SnapshotRules {
  readonly asOfMs: number;
  readonly ttlNs: bigint | undefined;
  readonly features: readonly string[];
}

export interface SnapshotRecord {
  readonly key: string;
  readonly eventTime: string;
  readonly values: Readonly<Record<string, StoredValue>>;
}

/** By entity key. Of rows that agree in everything any may stand: they say the same. */
export function snapshotRecords(history: readonly HistoryRow[], rules: SnapshotRules): Map<string, SnapshotRecord> {
  const newest = new Map<string, Version>();
  for (const row of history) {
    const version = versionOf(row);
    if (version === undefined || version.arrivedNs >= fromMs(rules.asOfMs)) continue;
    const held = newest.get(row.key as string);
    if (held === undefined || isNewer(whole(version), whole(held), [...rules.features, 'entity_key', 'event_time']))
      newest.set(row.key as string, version);
  }
  const records = new Map<string, SnapshotRecord>();
  for (const [key, { row, eventNs }] of newest) {
    const expired = rules.ttlNs !== undefined && fromMs(rules.asOfMs) - eventNs >= rules.ttlNs;
    if (row.deleted === true || expired) continue;
    const values = Object.fromEntries(rules.features.map((name) => [name, row.values[name] ?? null]));
    records.set(key, { key, eventTime: row.eventTime as string, values });
  }
  return records;
}

/** The whole record is the content, key and time included: two texts of one instant are two contents. */
const whole = (version: Version): Version => ({
  ...version,
  row: {
    ...version.row,
    values: { ...version.row.values, entity_key: version.row.key, event_time: version.row.eventTime },
  },
});
