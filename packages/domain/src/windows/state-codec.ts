/**
 * A state as text and back, without loss. Version, fingerprint of the definition, then the state front to back; times and
 * steps as distances from the one before.
 */
import { TidemarkError } from '../errors.ts';
import { emptyWindowState } from './accept-event.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import { DIGEST_CHARS, fingerprint } from './event-digest.ts';
import { type EventField, field as newField } from './event-field.ts';
import { algebraOf, type Partial } from './part-algebra.ts';
import { readOptional, writeOptional } from './scalar.ts';
import { createStateReader, createStateWriter, type StateReader, type StateWriter, unreadable } from './state-text.ts';
import { keptFields } from './window-bounds.ts';
import { oldestTile, type Part, type PlannedSpan } from './window-layout.ts';
import { firstOpenTile, firstRememberedTile, type OpenEvent, type Tile, type WindowState } from './window-state.ts';

const VERSION = '1';

export function encodeWindowState(group: WindowedGroup, state: WindowState): string {
  const writer = createStateWriter();
  const { layout } = group.windowed;
  const seen = [...Map.groupBy(state.seen, ([, step]) => step)].sort(([a], [b]) => a - b);
  writer.token(VERSION);
  writer.token(stateFingerprint(group));
  writer.integer(Number.isFinite(state.arrivedMs) ? state.arrivedMs : null);
  if (!Number.isFinite(state.arrivedMs)) return writer.print();
  writer.integer(state.recordTimeMs);
  writeOpen(writer, group, state);
  writeTiles(writer, group, state);
  for (const [at, part] of layout.ever.entries())
    algebraOf(part.kind).write(writer, state.ever[at] as Partial, fieldOf(group, part.field));
  writer.integer(seen.length);
  let step = firstRememberedTile(group, state);
  for (const [next, events] of seen) {
    writer.integer(next - step);
    writer.integer(events.length);
    for (const digest of events.map(([digest]) => digest).sort()) writer.raw(digest);
    step = next;
  }
  return writer.print();
}

/**
 * The inverse of {@link encodeWindowState}.
 * @throws WINDOW_STATE_INCOMPATIBLE when another definition of the group wrote it, WINDOW_STATE_UNREADABLE when nothing of ours did.
 */
export function decodeWindowState(group: WindowedGroup, text: string): WindowState {
  const reader = createStateReader(text);
  if (reader.token() !== VERSION || reader.token() !== stateFingerprint(group)) {
    throw new TidemarkError(
      'WINDOW_STATE_INCOMPATIBLE',
      `the windows of group ${group.name} were written by another definition: \`tidemark stream rebuild\` makes them again from the event history`,
    );
  }
  const arrivedMs = reader.integerOrNull();
  const { layout } = group.windowed;
  if (arrivedMs === null) return emptyWindowState(group);
  const recordTimeMs = reader.integer();
  const open = readOpen(reader, group, arrivedMs);
  const tiles = readTiles(reader, group, arrivedMs);
  const ever = layout.ever.map((part) => algebraOf(part.kind).read(reader, fieldOf(group, part.field)));
  const seen = readSeen(reader, firstRememberedTile(group, { arrivedMs }));
  if (!reader.isAtEnd()) throw unreadable();
  return { arrivedMs, recordTimeMs, open, tiles, ever, seen };
}

function writeOpen(writer: StateWriter, group: WindowedGroup, state: WindowState): void {
  const names = keptFields(group);
  writer.integer(state.open.length);
  let timeMs = firstOpenTile(group, state) * group.windowed.layout.tileMs;
  for (const event of state.open) {
    writer.integer(event.timeMs - timeMs);
    writer.text(event.id);
    for (const name of names) writeOptional(writer, fieldOf(group, name), event.values[name] ?? null);
    timeMs = event.timeMs;
  }
}

function readOpen(reader: StateReader, group: WindowedGroup, arrivedMs: number): OpenEvent[] {
  const names = keptFields(group);
  let timeMs = firstOpenTile(group, { arrivedMs }) * group.windowed.layout.tileMs;
  return Array.from({ length: reader.integer() }, () => {
    timeMs += reader.integer();
    const id = reader.text();
    return { timeMs, id, values: Object.fromEntries(names.map((name) => [name, readOptional(reader, fieldOf(group, name))])) };
  });
}

/** Which parts of a tile are written: those that a window can still reach. */
function reachable({ windowed: { layout } }: WindowedGroup, openFrom: number): (at: number, step: number) => boolean {
  const oldest = layout.parts.map((part) => oldestTile(part, openFrom * layout.tileMs, layout.tileMs));
  return (at, step) => step >= (oldest[at] as number);
}

function writeTiles(writer: StateWriter, group: WindowedGroup, state: WindowState): void {
  const { parts } = group.windowed.layout;
  let step = firstOpenTile(group, state);
  const isReachable = reachable(group, step);
  writer.integer(state.tiles.length);
  for (const tile of state.tiles.toReversed()) {
    writer.integer(step - tile.step);
    step = tile.step;
    for (const [at, part] of parts.entries()) {
      if (isReachable(at, step)) algebraOf(part.kind).write(writer, tile.parts[at] as Partial, fieldOf(group, part.field));
    }
  }
}

function readTiles(reader: StateReader, group: WindowedGroup, arrivedMs: number): Tile[] {
  const { parts } = group.windowed.layout;
  let step = firstOpenTile(group, { arrivedMs });
  const isReachable = reachable(group, step);
  const newestFirst = Array.from({ length: reader.integer() }, () => {
    step -= reader.integer();
    return {
      step,
      parts: parts.map(({ kind, field }, at) =>
        isReachable(at, step) ? algebraOf(kind).read(reader, fieldOf(group, field)) : algebraOf(kind).empty,
      ),
    };
  });
  return newestFirst.reverse();
}

function readSeen(reader: StateReader, from: number): Map<string, number> {
  const seen = new Map<string, number>();
  let step = from;
  for (let left = reader.integer(); left > 0; left -= 1) {
    step += reader.integer();
    for (let events = reader.integer(); events > 0; events -= 1) seen.set(reader.raw(DIGEST_CHARS), step);
  }
  return seen;
}

/** `count` is over events, not over a field: its values are never read. */
const NO_FIELD: EventField = newField.number();
const fieldOf = ({ windowed: { fields } }: WindowedGroup, name: string | undefined): EventField =>
  name === undefined ? NO_FIELD : (fields[name] as EventField);

/** Changes with whatever of a definition decides what a state holds: a state is readable by definitions of one fingerprint. */
export const stateFingerprint = ({
  windowed: { layout, fields, latenessMs, redeliveryMs, futureToleranceMs, identity },
}: WindowedGroup): string =>
  fingerprint(
    JSON.stringify([
      layout.tileMs,
      layout.parts.map((part) => ({ ...part, spans: decidingSpans(part) })),
      layout.ever,
      Object.entries(fields).map(([name, field]) => [name, field.kind, field.kind === 'decimal' ? field.scale : 0]),
      [latenessMs, redeliveryMs, futureToleranceMs, identity],
    ]),
  );

/** The spans that decide how long a part is kept: without those that never reach further back than another. */
const decidingSpans = ({ spans }: Pick<Part, 'spans'>): readonly PlannedSpan[] =>
  spans.filter(
    (one) => !spans.some((other) => other !== one && other.stepMs % one.stepMs === 0 && other.lengthMs >= one.lengthMs),
  );
