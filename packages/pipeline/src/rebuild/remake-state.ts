/**
 * An entity's state, made again: from its rows of the history, and from what finally failed and is taken up again. Pure.
 *
 * Whoever decided by the state that is replaced may still have a write on its way. Its record lies at an arrival before the
 * pause, or as many milliseconds after the record that it saw as its batch had events. So the new record lies beyond both.
 */
import {
  countMissing,
  type Decision,
  type HistoryEvent,
  rebuildWindowState,
  redriveEvent,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import type { FailedEvent } from './failed-events.ts';
import type { StoredState } from './stored-states.ts';

/** More than the events that one batch can have, in milliseconds, and than clocks differ. */
const MARGIN_MS = 60_000;

export interface RemadeState {
  readonly state: WindowState;
  /** What became of each failed event, in their order. */
  readonly decisions: readonly Decision[];
  /** Events that the stored state counted and the history does not have. */
  readonly missing: number;
}

export function remakeState(
  group: WindowedGroup,
  rows: readonly HistoryEvent[],
  failed: readonly FailedEvent[],
  stored: StoredState | undefined,
  pausedAtMs: number,
): RemadeState {
  const afterMs = Math.max(pausedAtMs, stored?.recordTimeMs ?? Number.NEGATIVE_INFINITY) + MARGIN_MS;
  const known = [...rows];
  const decisions = failed.map(({ event, record }) => {
    const decision = redriveEvent(group, known, event, record, afterMs);
    if (decision.outcome === 'accepted') known.push({ ...event, arrivedMs: record.arrivedMs });
    return decision;
  });
  return {
    state: rebuildWindowState(group, known, afterMs),
    decisions,
    missing: stored?.state === undefined ? 0 : countMissing(stored.state, known),
  };
}
