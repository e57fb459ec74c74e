/** The rows of a loaded part as records to write, and how records that are read compare with them. */
import {
  ENTITY_KEY_FEATURE,
  EVENT_TIME_FEATURE,
  type EventTimeNs,
  type FeatureRecord,
  NS_PER,
  parseIsoNs,
  type WireValue,
} from '@tidemark/domain';
import type { HashedColumn } from '../dataset/content-hash.ts';
import type { OnlineRecord } from '../ports/feature-store.ts';

/** How a record that was read stands to the row: `later` holds for one of the same event time with other values too. */
export type Standing = 'equal' | 'earlier' | 'later';

export interface SnapshotRows {
  readonly count: number;
  key(row: number): string;
  record(row: number): FeatureRecord;
  standing(row: number, online: OnlineRecord): Standing;
  /** Whether its time to live has passed. */
  isExpired(row: number, nowMs: number): boolean;
}

export function snapshotRows(columns: readonly HashedColumn[], ttlMs: number | undefined): SnapshotRows {
  const cellsOf = (name: string) => (columns.find((column) => column.name === name)?.cells ?? []) as readonly string[];
  const keys = cellsOf(ENTITY_KEY_FEATURE);
  const times = cellsOf(EVENT_TIME_FEATURE);
  const timeNs = (row: number) => parseIsoNs(times[row] as string) as EventTimeNs;
  const ttlNs = ttlMs === undefined ? undefined : BigInt(ttlMs) * NS_PER.ms;
  return {
    count: keys.length,
    key: (row) => keys[row] as string,
    record(row) {
      const values: [string, WireValue][] = [];
      for (const { name, cells } of columns) {
        const cell = cells[row];
        if (cell !== null && cell !== undefined) values.push([name, printCell(cell)]);
      }
      return { entityKey: keys[row] as string, eventTime: times[row] as string, eventTimeNs: timeNs(row), values };
    },
    standing(row, online) {
      if (columns.every(({ name, type, cells }) => sameValue(type, cells[row], online.values.get(name)))) return 'equal';
      const onlineTime = online.values.get(EVENT_TIME_FEATURE);
      const onlineNs = typeof onlineTime === 'string' ? parseIsoNs(onlineTime) : undefined;
      return onlineNs === undefined || onlineNs < timeNs(row) ? 'earlier' : 'later';
    },
    isExpired: (row, nowMs) => ttlNs !== undefined && timeNs(row) + ttlNs <= BigInt(Math.floor(nowMs)) * NS_PER.ms,
  };
}

/** Numbers as ingest writes them, so that a record comes back in the very text it had. */
const printCell = (cell: unknown): string => (Object.is(cell, -0) ? '-0' : String(cell));

/** The text of other writers may differ where the value does not: `1.50` is 1.5. */
function sameValue(type: HashedColumn['type'], cell: unknown, online: WireValue | undefined): boolean {
  if (cell === null || cell === undefined) return online === undefined;
  if (typeof online !== 'string') return false;
  if (online === cell || online === printCell(cell)) return true;
  if (type === 'DOUBLE') return Number(online) === cell;
  return type === 'INT64' && BigInt(online) === cell;
}
