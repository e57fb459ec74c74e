/**
 * The state of one entity of a windowed group: a value that decisions follow from and windows are evaluated from.
 *
 *   past ……………… | oldest tile … sealed tiles … | seal line … open events, one by one … | arrival + future tolerance
 *
 * Everything follows from the greatest arrival that was accepted. The seal line is the end of the last step that ended a
 * future tolerance before it: no clock that keeps to the tolerance asks for an earlier time. What no window can reach from
 * the seal line on is gone, but for the digests of ids, which stay as long as a duplicate could still be accepted: lateness,
 * and redelivery more, since a stream goes back to records whose arrival lies before what the entity has seen.
 */
import type { WindowedGroup } from './define-windowed-group.ts';
import type { EventValues } from './event-digest.ts';
import type { Partial } from './part-algebra.ts';
import { stepOf } from './window-layout.ts';

export interface OpenEvent {
  readonly timeMs: number;
  readonly id: string;
  /** Only the fields that an aggregate reads. */
  readonly values: EventValues;
}

/** A sealed step that is not empty. */
export interface Tile {
  /** Its number: `floor(event time / tile length)`. */
  readonly step: number;
  /** One for each part of the layout; the empty one where no window can reach it any more. */
  readonly parts: readonly Partial[];
}

export interface WindowState {
  /** The greatest arrival in the stream of an accepted event. */
  readonly arrivedMs: number;
  /** The event time of the record that the state is written to. */
  readonly recordTimeMs: number;
  /** By (event time, id). */
  readonly open: readonly OpenEvent[];
  /** By step. */
  readonly tiles: readonly Tile[];
  /** One for each part over all accepted history, of the sealed steps. */
  readonly ever: readonly Partial[];
  /** The digests of the events that are remembered, and the tiles that they lie in. */
  readonly seen: ReadonlyMap<string, number>;
}

/** The first tile that is still open. */
export const firstOpenTile = ({ windowed }: WindowedGroup, { arrivedMs }: Pick<WindowState, 'arrivedMs'>): number =>
  stepOf(arrivedMs - windowed.futureToleranceMs, windowed.layout.tileMs);

/** From this time on, this included, windows are exact. An entity that was never seen is exact at any time. */
export const sealLineMs = (group: WindowedGroup, state: WindowState): number =>
  firstOpenTile(group, state) * group.windowed.layout.tileMs;

/** Events in earlier tiles are forgotten: no copy of them that is delivered within `redelivery` arrived in time. */
export const firstRememberedTile = ({ windowed }: WindowedGroup, { arrivedMs }: Pick<WindowState, 'arrivedMs'>): number =>
  stepOf(arrivedMs - windowed.redeliveryMs - windowed.latenessMs, windowed.layout.tileMs);

/**
 * The event time of the record that follows: the arrival of the last consumed event, moved up where needed so that it strictly
 * grows. A function of the stream up to there, so that a late write of an older state loses however equal times are treated.
 */
export const nextRecordTimeMs = (previousMs: number, arrivedMs: number): number => Math.max(arrivedMs, previousMs + 1);
