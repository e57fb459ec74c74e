/** Where one branch of an execution stands, in memory and as a row. */
import { type Json, parseJson } from '../asl/json.ts';
import type { PositionRow } from '../journal/rows.ts';

export interface MapItem {
  readonly Index: number;
  readonly Value: Json;
}

/** A value and its JSON text, which the history, the row and the size check all need. */
export interface Payload {
  readonly value: Json;
  readonly text: string;
}

export interface Position {
  readonly path: string;
  /** Set for an iteration of an inline Map. */
  readonly item: MapItem | undefined;
  state: string;
  /** Of the state, before InputPath. */
  input: Payload;
  /** Set once the branch has ended well. */
  output: Payload | undefined;
  /** Attempts used up, by the place of the retrier. */
  retries: number[];
  enteredMs: number;
  /** Until when a Wait state or a retry waits. */
  wakeMs: number | undefined;
  /** Whether a Parallel or Map has begun with its branches. */
  isOpened: boolean;
  mapRun: number | undefined;
  lastEvent: number;
}

const nothing: Payload = { value: null, text: 'null' };

/** Stands nowhere until it enters a state. `lastEvent` is the event that its first one follows. */
export function createPosition(path: string, lastEvent: number, item?: MapItem): Position {
  return {
    path,
    item,
    state: '',
    input: nothing,
    output: undefined,
    retries: [],
    enteredMs: 0,
    wakeMs: undefined,
    isOpened: false,
    mapRun: undefined,
    lastEvent,
  };
}

/** Begins the state that it stands at anew, as a redriven execution does. */
export function resetPosition(position: Position, nowMs: number): void {
  position.retries = [];
  position.enteredMs = nowMs;
  position.wakeMs = undefined;
}

export function printPosition(position: Position, execution: number): PositionRow {
  const isDone = position.output !== undefined;
  return {
    execution,
    path: position.path,
    state: position.state,
    status: isDone ? 'succeeded' : 'running',
    retries: JSON.stringify(position.retries),
    enteredMs: position.enteredMs,
    wakeMs: position.wakeMs ?? null,
    isOpened: Number(position.isOpened),
    mapRun: position.mapRun ?? null,
    lastEvent: position.lastEvent,
    item: position.item === undefined || isDone ? null : JSON.stringify(position.item),
    input: isDone ? nothing.text : position.input.text,
    output: position.output?.text ?? null,
  };
}

export function parsePosition(row: PositionRow): Position {
  return {
    path: row.path,
    item: row.item === null ? undefined : (JSON.parse(row.item) as MapItem),
    state: row.state,
    input: { value: parseJson(row.input), text: row.input },
    output: row.output === null ? undefined : { value: parseJson(row.output), text: row.output },
    retries: JSON.parse(row.retries) as number[],
    enteredMs: row.enteredMs,
    wakeMs: row.wakeMs ?? undefined,
    isOpened: row.isOpened === 1,
    mapRun: row.mapRun ?? undefined,
    lastEvent: row.lastEvent,
  };
}
