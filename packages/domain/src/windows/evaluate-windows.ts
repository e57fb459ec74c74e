/** A state and a time → the values of the windows: tiles between the old edge and the seal line, then events one by one. */

import { addEvents } from './accept-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import { type EventField, type Scalar, servedValue, unitsPerOne } from './event-field.ts';
import { algebraOf, type End, type Partial } from './part-algebra.ts';
import { type PlannedAggregate, windowStartMs } from './window-layout.ts';
import { type OpenEvent, sealLineMs, type WindowState } from './window-state.ts';

export type WindowValues = Readonly<Record<string, Scalar | null>>;

/**
 * `(state, time) → value by feature`, exact for every time from the seal line on; undefined before it, where only the event
 * history can answer. Nothing in a window: count, sum and distinct are 0, the others null.
 */
export function evaluateWindows(group: WindowedGroup, state: WindowState, timeMs: number): WindowValues | undefined {
  if (timeMs < sealLineMs(group, state)) return undefined;
  const { boundary, layout } = group.windowed;
  const known = state.open.filter((event) => (boundary === 'before' ? event.timeMs < timeMs : event.timeMs <= timeMs));
  return Object.fromEntries(
    layout.aggregates.map((one) => [one.name, finish(group, one, partialsOf(group, state, known, one, timeMs))]),
  );
}

function partialsOf(
  { windowed: { layout } }: WindowedGroup,
  state: WindowState,
  known: readonly OpenEvent[],
  one: PlannedAggregate,
  timeMs: number,
): Partial[] {
  const { span } = one;
  if (span === undefined) return one.parts.map((at) => addEvents(layout.ever[at] as never, state.ever[at] as Partial, known));
  const startMs = windowStartMs(timeMs, span);
  const covered = state.tiles.filter((tile) => tile.step * layout.tileMs >= startMs);
  const open = known.filter((event) => event.timeMs >= startMs);
  return one.parts.map((at) => {
    const part = layout.parts[at] as (typeof layout.parts)[number];
    const { empty, merge } = algebraOf(part.kind);
    return addEvents(
      part,
      covered.reduce((partial, tile) => merge(partial, tile.parts[at] as Partial), empty),
      open,
    );
  });
}

function finish({ windowed: { fields } }: WindowedGroup, one: PlannedAggregate, partials: readonly Partial[]): Scalar | null {
  const field = one.field === undefined ? undefined : (fields[one.field] as EventField);
  const [first, present = 0n, squares = 0n] = partials as [Partial, bigint?, bigint?];
  const scale = field === undefined ? 1 : unitsPerOne(field);
  switch (one.kind) {
    case 'count':
      return Number(first);
    case 'sum':
      return Number(first) / scale;
    case 'mean':
      return present === 0n ? null : Number(first) / Number(present * BigInt(scale));
    case 'variance': {
      // Whole numbers up to the one division, so that every path rounds the same.
      const sum = first as bigint;
      return present === 0n ? null : Number(present * squares - sum * sum) / Number((present * BigInt(scale)) ** 2n);
    }
    case 'distinct':
      return (first as readonly Scalar[]).length;
    case 'min':
    case 'max':
      return served(field, first as Scalar | null);
    case 'first':
    case 'last':
      return served(field, (first as End | null)?.value ?? null);
  }
}

const served = (field: EventField | undefined, value: Scalar | null): Scalar | null =>
  value === null || field === undefined ? value : servedValue(field, value);
