/**
 * One event and the state of its entity → what becomes of both. Pure and total: a retry decides the same.
 *
 * Everything is judged by the event's own arrival in the stream. Too far ahead or too late comes first. Then a remembered
 * event of the same id: the same content is a duplicate, another is a conflict as long as a copy of the remembered one could
 * still arrive in time; after that the id is free, so what identifies an event in the history is id and event time. An event
 * in time, but so far behind the entity that a copy of it may be forgotten, was delivered again from further back than
 * `redelivery` says: it is refused by name, since only the history can tell whether it was counted.
 */
import { type Refusal, refuse } from '../errors.ts';
import { acceptEvent } from './accept-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { digestEvent, haveOneId } from './event-digest.ts';
import { algebraOf } from './part-algebra.ts';
import { EVENT_COLUMNS } from './window-groups.ts';
import { stepOf } from './window-layout.ts';
import { firstRememberedTile, type WindowState } from './window-state.ts';

export type Decision =
  | {
      readonly outcome: 'accepted';
      readonly state: WindowState /** Input of the event group's record. */;
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

/** The state of an entity that was never seen. */
export const emptyWindowState = ({ windowed: { layout } }: WindowedGroup): WindowState => ({
  arrivedMs: Number.NEGATIVE_INFINITY,
  recordTimeMs: Number.NEGATIVE_INFINITY,
  open: [],
  tiles: [],
  ever: layout.ever.map((part) => algebraOf(part.kind).empty),
  seen: new Map(),
});

export function decideEvent(group: WindowedGroup, state: WindowState, event: WindowEvent, delivery: EventDelivery): Decision {
  if (delivery.partitionKey !== event.entityKey) {
    return refused(
      state,
      refuse(
        'EVENT_KEY_MISMATCH',
        `the partition key is not the entity key of group ${group.name}: no other key keeps an entity's events in order`,
      ),
    );
  }
  const untimely = refuseUntimely(group, event, delivery);
  if (untimely !== undefined) return refused(state, untimely);
  const digest = digestEvent(event);
  if (state.seen.has(digest)) return { outcome: 'duplicate', state };
  const refusal = refuseKnown(group, state, event, digest, delivery) ?? refuseExcess(group, state, event, delivery);
  if (refusal !== undefined) return refused(state, refusal);
  return {
    outcome: 'accepted',
    state: acceptEvent(group, state, event, digest, delivery.arrivedMs),
    row: historyRow(event, delivery),
  };
}

const refused = (state: WindowState, refusal: Refusal): Decision => ({ outcome: 'refused', state, refusal });

function refuseUntimely(group: WindowedGroup, event: WindowEvent, { arrivedMs }: EventDelivery): Refusal | undefined {
  const { futureToleranceMs, latenessMs } = group.windowed;
  if (event.timeMs > arrivedMs + futureToleranceMs) {
    return refuse('EVENT_FUTURE', `the event time lies more than ${futureToleranceMs} ms after the arrival`, 'eventTime');
  }
  if (event.timeMs >= arrivedMs - latenessMs) return undefined;
  return refuse(
    'EVENT_LATE',
    `the event arrived more than the ${latenessMs} ms late that group ${group.name} allows`,
    'eventTime',
  );
}

function refuseKnown(
  group: WindowedGroup,
  state: WindowState,
  event: WindowEvent,
  digest: string,
  { arrivedMs }: EventDelivery,
): Refusal | undefined {
  const { latenessMs, layout } = group.windowed;
  if (stepOf(event.timeMs, layout.tileMs) < firstRememberedTile(group, state)) {
    return refuse(
      'EVENT_DELIVERED_TOO_LATE',
      'delivered again from further back than events are remembered: rebuild the entity from the event history',
    );
  }
  const inTimeFrom = stepOf(arrivedMs - latenessMs, layout.tileMs);
  for (const [seen, step] of state.seen) {
    if (step >= inTimeFrom && haveOneId(seen, digest)) {
      return refuse('EVENT_ID_CONFLICT', 'an event of this id with another time or other values was accepted before', 'eventId');
    }
  }
  return undefined;
}

function refuseExcess(
  group: WindowedGroup,
  state: WindowState,
  event: WindowEvent,
  { arrivedMs }: EventDelivery,
): Refusal | undefined {
  const { layout, bounds } = group.windowed;
  const step = stepOf(event.timeMs, layout.tileMs);
  const remembered = firstRememberedTile(group, { arrivedMs: Math.max(arrivedMs, state.arrivedMs) });
  let [events, inStep] = [0, 0];
  for (const seen of state.seen.values()) {
    if (seen >= remembered) events += 1;
    if (seen === step) inStep += 1;
  }
  if (events >= bounds.events) return exceeded(`an entity has more than ${bounds.events} events within lateness and redelivery`);
  if (inStep >= bounds.eventsPerStep) return exceeded(`an entity has more than ${bounds.eventsPerStep} events in one step`);
  const crowded = layout.parts.find(
    (part) => part.kind === 'distinct' && distinctAfter(group, state, event, step, part.field as string) > bounds.distinctPerStep,
  );
  return crowded && exceeded(`a step has more than ${bounds.distinctPerStep} different values of ${crowded.field}`);
}

const exceeded = (why: string) => refuse('EVENT_BOUND_EXCEEDED', `${why}: raise the bound of the group`);

/** How many different values of a field its step would have with the event. */
function distinctAfter(
  { windowed: { layout } }: WindowedGroup,
  state: WindowState,
  event: WindowEvent,
  step: number,
  field: string,
): number {
  const at = layout.parts.findIndex((part) => part.kind === 'distinct' && part.field === field);
  const tile = state.tiles.find((one) => one.step === step);
  const inTile = (tile?.parts[at] ?? []) as readonly unknown[];
  const open = state.open.filter((one) => stepOf(one.timeMs, layout.tileMs) === step).map((one) => one.values[field] ?? null);
  const values = new Set<unknown>([...inTile, ...open, event.values[field] ?? null]);
  values.delete(null);
  return values.size;
}

const historyRow = (event: WindowEvent, { arrivedMs }: EventDelivery): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(event.keyParts),
  [EVENT_COLUMNS.id]: event.id,
  eventTime: event.eventTime,
  [EVENT_COLUMNS.entity]: event.entityKey,
  [EVENT_COLUMNS.arrived]: arrivedMs,
  ...event.values,
});
