/** The reasons against an event of a stream, one by one, in the order in which they are asked. */
import { type Refusal, refuse } from '../errors.ts';
import type { EventDelivery } from './decide-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { digestEvent, haveOneId } from './event-digest.ts';
import { stepOf } from './window-layout.ts';
import { firstRememberedTile, type WindowState } from './window-state.ts';

/** What the event's own arrival decides, whatever the state. */
export function refuseUntimely(
  group: WindowedGroup,
  event: WindowEvent,
  { arrivedMs, partitionKey }: EventDelivery,
): Refusal | undefined {
  const { futureToleranceMs, latenessMs } = group.windowed;
  if (partitionKey !== event.entityKey) {
    return refuse(
      'EVENT_KEY_MISMATCH',
      `the partition key is not the entity key of group ${group.name}: no other key keeps an entity's events in order`,
    );
  }
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

/** Whether a copy of the event may have been counted and forgotten. */
export function refuseForgotten(group: WindowedGroup, state: WindowState, event: WindowEvent): Refusal | undefined {
  if (stepOf(event.timeMs, group.windowed.layout.tileMs) >= firstRememberedTile(group, state)) return undefined;
  return refuse(
    'EVENT_DELIVERED_TOO_LATE',
    'delivered again from further back than events are remembered: redrive it, which decides by the event history',
  );
}

/** Whether the id stands for another event, of which a copy could still arrive in time. */
export function refuseConflict(
  { windowed: { latenessMs, layout } }: WindowedGroup,
  seen: WindowState['seen'],
  event: WindowEvent,
  { arrivedMs }: EventDelivery,
): Refusal | undefined {
  const digest = digestEvent(event);
  const inTimeFrom = stepOf(arrivedMs - latenessMs, layout.tileMs);
  for (const [other, step] of seen) {
    if (step >= inTimeFrom && haveOneId(other, digest)) {
      return refuse('EVENT_ID_CONFLICT', 'an event of this id with another time or other values was accepted before', 'eventId');
    }
  }
  return undefined;
}

/** Whether the event would take its entity beyond a declared bound. */
export function refuseExcess(
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
