/**
 * An accepted event into the state of its entity. The order in which events are accepted cannot be seen in what windows hold.
 */
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { algebraOf, compareEvents, type Partial } from './part-algebra.ts';
import { keptFields } from './window-bounds.ts';
import { oldestTile, type PartKind, stepOf } from './window-layout.ts';
import {
  firstOpenTile,
  firstRememberedTile,
  nextRecordTimeMs,
  type OpenEvent,
  type Tile,
  type WindowState,
} from './window-state.ts';

/** The state of an entity that was never seen. */
export const emptyWindowState = ({ windowed: { layout } }: WindowedGroup): WindowState => ({
  arrivedMs: Number.NEGATIVE_INFINITY,
  recordTimeMs: Number.NEGATIVE_INFINITY,
  open: [],
  tiles: [],
  ever: layout.ever.map((part) => algebraOf(part.kind).empty),
  seen: new Map(),
});

/** Events that count, their digests, and the greatest arrival among them. */
export interface AcceptedEvents {
  readonly events: readonly WindowEvent[];
  readonly digests: readonly string[];
  readonly arrivedMs: number;
}

/** Any number of events at once: one after the other they make the same state, but for the event time of its record. */
export function acceptEvents(group: WindowedGroup, state: WindowState, accepted: AcceptedEvents): WindowState {
  const { tileMs } = group.windowed.layout;
  const arrivedMs = Math.max(state.arrivedMs, accepted.arrivedMs);
  const openFrom = firstOpenTile(group, { arrivedMs });
  const isSealed = (one: OpenEvent) => stepOf(one.timeMs, tileMs) < openFrom;
  const fields = keptFields(group);
  const kept = accepted.events.map(({ timeMs, id, values }): OpenEvent => ({ timeMs, id, values: onlyFields(values, fields) }));
  const events = [...state.open, ...kept].sort(compareEvents);
  const sealed = events.filter(isSealed);
  return {
    arrivedMs,
    recordTimeMs: nextRecordTimeMs(state.recordTimeMs, accepted.arrivedMs),
    open: sealed.length === 0 ? events : events.filter((one) => !isSealed(one)),
    tiles: seal(group, state.tiles, sealed, openFrom),
    ever: state.ever.map((partial, at) => {
      const part = group.windowed.layout.ever[at];
      return part === undefined ? partial : addEvents(part, partial, sealed);
    }),
    seen: remember(
      state.seen,
      accepted.digests.map((digest, at) => [digest, stepOf((accepted.events[at] as WindowEvent).timeMs, tileMs)]),
      firstRememberedTile(group, { arrivedMs }),
    ),
  };
}

export const acceptEvent = (
  group: WindowedGroup,
  state: WindowState,
  event: WindowEvent,
  digest: string,
  arrivedMs: number,
): WindowState => acceptEvents(group, state, { events: [event], digests: [digest], arrivedMs });

/** Tiles with the events of their steps, without what no window reaches from the seal line on. */
function seal(
  { windowed: { layout } }: WindowedGroup,
  tiles: readonly Tile[],
  events: readonly OpenEvent[],
  openFrom: number,
): readonly Tile[] {
  const oldest = layout.parts.map((part) => oldestTile(part, openFrom * layout.tileMs, layout.tileMs));
  const empty = layout.parts.map((part) => algebraOf(part.kind).empty);
  const byStep = new Map<number, readonly Partial[]>(tiles.map((tile) => [tile.step, tile.parts]));
  for (const [step, sealed] of Map.groupBy(events, (one) => stepOf(one.timeMs, layout.tileMs))) {
    const before = byStep.get(step) ?? empty;
    byStep.set(
      step,
      layout.parts.map((part, at) => addEvents(part, before[at] as Partial, sealed)),
    );
  }
  return [...byStep]
    .filter(([step]) => oldest.some((from) => step >= from))
    .sort(([a], [b]) => a - b)
    .map(([step, parts]) => ({
      step,
      parts: parts.map((partial, at) => (step >= (oldest[at] as number) ? partial : (empty[at] as Partial))),
    }));
}

/** A partial aggregate with some events more. */
export function addEvents(
  part: { readonly kind: PartKind; readonly field: string | undefined },
  to: Partial,
  events: readonly OpenEvent[],
): Partial {
  const algebra = algebraOf(part.kind);
  let partial = to;
  for (const event of events) {
    const value = part.field === undefined ? 0 : (event.values[part.field] ?? null);
    if (value !== null) partial = algebra.merge(partial, algebra.of(value, event));
  }
  return partial;
}

function remember(
  seen: ReadonlyMap<string, number>,
  more: readonly (readonly [digest: string, step: number])[],
  from: number,
): ReadonlyMap<string, number> {
  const remembered = new Map<string, number>();
  for (const [one, at] of seen) if (at >= from) remembered.set(one, at);
  for (const [one, at] of more) if (at >= from) remembered.set(one, at);
  return remembered;
}

const onlyFields = (values: WindowEvent['values'], names: readonly string[]): WindowEvent['values'] =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
