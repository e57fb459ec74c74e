/**
 * One event and the state of its entity → what becomes of both. Pure and total: a retry decides the same.
 *
 * Everything is judged by the event's own arrival in the stream. Too far ahead or too late comes first. Then a remembered
 * event of the same id: the same content is a duplicate, another is a conflict as long as a copy of the remembered one could
 * still arrive in time; after that the id is free, so what identifies an event in the history is id and event time. An event
 * in time, but so far behind the entity that a copy of it may be forgotten, was delivered again from further back than
 * `redelivery` says: it is refused by name, since only the history can tell whether it was counted.
 */
import type { Refusal } from '../errors.ts';
import { acceptEvent } from './accept-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { digestEvent } from './event-digest.ts';
import { type HistoryEvent, rebuildWindowState } from './rebuild-state.ts';
import { refuseConflict, refuseExcess, refuseForgotten, refuseUntimely } from './refuse-event.ts';
import { EVENT_COLUMNS } from './window-groups.ts';
import { stepOf } from './window-layout.ts';
import type { WindowState } from './window-state.ts';

export type Decision =
  | {
      readonly outcome: 'accepted';
      readonly state: WindowState;
      /** Input of the event group's record. */
      readonly row: Readonly<Record<string, unknown>>;
    }
  | { readonly outcome: 'duplicate'; readonly state: WindowState }
  | { readonly outcome: 'refused'; readonly state: WindowState; readonly refusal: Refusal };

/** Where and when the stream holds the event. */
export interface EventDelivery {
  /** The approximate arrival timestamp of the record in the stream, in milliseconds. */
  readonly arrivedMs: number;
  readonly partitionKey: string;
}

export function decideEvent(group: WindowedGroup, state: WindowState, event: WindowEvent, delivery: EventDelivery): Decision {
  const untimely = refuseUntimely(group, event, delivery);
  if (untimely !== undefined) return refused(state, untimely);
  const digest = digestEvent(event);
  if (state.seen.has(digest)) return { outcome: 'duplicate', state };
  const refusal =
    refuseForgotten(group, state, event) ??
    refuseConflict(group, state.seen, event, delivery) ??
    refuseExcess(group, state, event, delivery);
  if (refusal !== undefined) return refused(state, refusal);
  return {
    outcome: 'accepted',
    state: acceptEvent(group, state, event, digest, delivery.arrivedMs),
    row: historyRow(event, delivery),
  };
}

/**
 * The decision on an event that finally failed and is taken up again, however long after: from the rows of its entity in the
 * event history, which forget nothing, by the arrival that it had then. The state that follows is made again from the history.
 *
 * @param afterMs The event time of the entity's record, which the new one is moved up beyond.
 */
export function redriveEvent(
  group: WindowedGroup,
  rows: readonly HistoryEvent[],
  event: WindowEvent,
  delivery: EventDelivery,
  afterMs: number,
): Decision {
  const state = rebuildWindowState(group, rows, afterMs);
  const untimely = refuseUntimely(group, event, delivery);
  if (untimely !== undefined) return refused(state, untimely);
  const seen = new Map(rows.map((row) => [digestEvent(row), stepOf(row.timeMs, group.windowed.layout.tileMs)]));
  if (seen.has(digestEvent(event))) return { outcome: 'duplicate', state };
  const refusal = refuseConflict(group, seen, event, delivery) ?? refuseExcess(group, state, event, delivery);
  if (refusal !== undefined) return refused(state, refusal);
  const withEvent = [...rows, { ...event, arrivedMs: delivery.arrivedMs }];
  return { outcome: 'accepted', state: rebuildWindowState(group, withEvent, afterMs), row: historyRow(event, delivery) };
}

const refused = (state: WindowState, refusal: Refusal): Decision => ({ outcome: 'refused', state, refusal });

const historyRow = (event: WindowEvent, { arrivedMs }: EventDelivery): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(event.keyParts),
  [EVENT_COLUMNS.id]: event.id,
  eventTime: event.eventTime,
  [EVENT_COLUMNS.entity]: event.entityKey,
  [EVENT_COLUMNS.arrived]: arrivedMs,
  ...event.values,
});
