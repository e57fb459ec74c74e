import { acceptEvents, emptyWindowState } from './accept-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { digestEvent } from './event-digest.ts';
import type { Scalar } from './event-field.ts';
import { compareScalars } from './scalar.ts';
import type { WindowState } from './window-state.ts';

export interface HistoryEvent extends WindowEvent {
  readonly arrivedMs: number;
}

/**
 * The state of an entity from its rows of the event history, in any order and however often each is stored. Of several rows
 * of one id and event time the earliest arrival stands, then the least values, as in SQL.
 *
 * @param afterMs What the event time of the new record is moved up beyond: that of the record that it replaces, and of all
 * that may still be written by somebody who decides by that one.
 */
export function rebuildWindowState(group: WindowedGroup, rows: readonly HistoryEvent[], afterMs: number): WindowState {
  const events = foldHistory(group, rows);
  const before = { ...emptyWindowState(group), recordTimeMs: afterMs };
  if (events.length === 0) return before;
  const arrivedMs = events.reduce((latest, event) => Math.max(latest, event.arrivedMs), Number.NEGATIVE_INFINITY);
  return acceptEvents(group, before, { events, digests: events.map(digestEvent), arrivedMs });
}

/** The events that the rows of one entity stand for, each once. */
export function foldHistory(group: WindowedGroup, rows: readonly HistoryEvent[]): HistoryEvent[] {
  const names = Object.keys(group.windowed.fields);
  const events = new Map<string, HistoryEvent>();
  for (const row of rows) {
    const identity = `${row.timeMs} ${row.id}`;
    const other = events.get(identity);
    if (other === undefined || (row.arrivedMs - other.arrivedMs || compareRows(names, row, other)) < 0) events.set(identity, row);
  }
  return [...events.values()];
}

/** How many events a state remembers that none of these rows is: its history has not come by all that it counted. */
export function countMissing(state: WindowState, rows: readonly HistoryEvent[]): number {
  const known = new Set(rows.map(digestEvent));
  let missing = 0;
  for (const digest of state.seen.keys()) if (!known.has(digest)) missing += 1;
  return missing;
}

function compareRows(names: readonly string[], a: HistoryEvent, b: HistoryEvent): number {
  for (const name of names) {
    const order = compareNullsLast(a.values[name] ?? null, b.values[name] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareNullsLast(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareScalars(a, b);
}
