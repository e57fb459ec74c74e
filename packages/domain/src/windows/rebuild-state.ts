import { acceptEvent, emptyWindowState } from './accept-event.ts';
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
 * @param afterMs The event time of the record that it replaces, which the new one is moved up beyond.
 */
export function rebuildWindowState(group: WindowedGroup, rows: readonly HistoryEvent[], afterMs: number): WindowState {
  const names = Object.keys(group.windowed.fields);
  const inOrder = rows.toSorted((a, b) => a.arrivedMs - b.arrivedMs || compareRows(names, a, b));
  const events = new Map<string, HistoryEvent>();
  for (const row of inOrder) {
    const identity = `${row.timeMs} ${row.id}`;
    if (!events.has(identity)) events.set(identity, row);
  }
  let state: WindowState = { ...emptyWindowState(group), recordTimeMs: afterMs };
  for (const row of events.values()) state = acceptEvent(group, state, row, digestEvent(row), row.arrivedMs);
  return state;
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
