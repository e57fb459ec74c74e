/**
 * One execution while it is in memory: its positions and what has happened since the last commit.
 *
 * Events, positions and other writes are collected and committed together: before anything that the world can see (an
 * invocation), before a wait, and at the latest after the state that did it. The commit itself is made between two turns
 * of the event loop, when no branch is half way from a result to the state that follows. So what the journal holds is
 * always one consistent moment of the execution, and going on from it repeats at most what was in flight.
 */
import type { StatesBlock } from '../asl/definition.ts';
import { type Json, parseJson } from '../asl/json.ts';
import { runtimeError } from '../asl/states-error.ts';
import type { Durability } from '../journal/journal.ts';
import type { EventRow, ExecutionRow } from '../journal/rows.ts';
import { type Position, parsePosition, printPosition } from './position.ts';
import type { Runtime } from './runtime.ts';
import { createScope, type Scope } from './scope.ts';

/** As on AWS; the last one is kept for the end of the execution. */
export const HISTORY_LIMIT = 25_000;

export interface Run {
  readonly runtime: Runtime;
  readonly execution: ExecutionRow;
  readonly block: StatesBlock;
  readonly roleArn: string;
  readonly input: Json;
  readonly scope: Scope;
  readonly positions: ReadonlyMap<string, Position>;
  /** Adds an event to the history, after the position's last one. */
  record(position: Position, type: string, details?: object): void;
  /** The same for what belongs to the end of the execution, for which there is always room. */
  recordEnd(position: Position | undefined, type: string, details?: object): void;
  save(position: Position): void;
  removeBelow(path: string): void;
  removeAll(): void;
  /** The last event of the branches below a path. */
  lastEventBelow(path: string): number;
  /** Any other write that belongs into the next commit. */
  stage(write: () => void): void;
  /** Resolves when everything collected so far is in the journal. */
  commit(durability?: Durability): Promise<void>;
}

export function createRun(runtime: Runtime, execution: ExecutionRow, block: StatesBlock, parent?: Scope): Run {
  const { journal, context } = runtime;
  const keepsHistory = execution.type === 'STANDARD';
  // An EXPRESS child is not continued where it failed, it begins anew.
  const isNew = execution.status === 'PENDING' && (execution.redriveCount === 0 || !keepsHistory);
  const stored = isNew ? [] : journal.positions.ofExecution(execution.id);
  const positions = new Map(stored.map((row) => [row.path, parsePosition(row)]));
  let lastEvent = isNew ? 0 : journal.events.lastId(execution.id);
  let events: EventRow[] = [];
  let staged: (() => void)[] = [];
  const changed = new Set<Position>();
  let scheduled: Promise<void> | undefined;
  let strongest: Durability = 'ordered';
  let input: Json | undefined;

  const recordEnd = (position: Position | undefined, type: string, details?: object) => {
    if (!keepsHistory) return;
    lastEvent += 1;
    events.push({
      id: lastEvent,
      previous: position?.lastEvent ?? 0,
      atMs: context.clock.nowMs(),
      type,
      details: details === undefined ? null : JSON.stringify(details),
    });
    if (position !== undefined) position.lastEvent = lastEvent;
  };

  const write = () => {
    if (events.length === 0 && staged.length === 0 && changed.size === 0) return;
    journal.write(strongest, () => {
      for (const event of events) journal.events.add(execution.id, event);
      for (const each of staged) each();
      for (const position of changed) journal.positions.save(printPosition(position, execution.id));
    });
    events = [];
    staged = [];
    changed.clear();
    strongest = 'ordered';
  };

  return {
    runtime,
    execution,
    block,
    roleArn: runtime.definition(execution.revision).roleArn,
    get input() {
      input ??= parseJson(execution.input);
      return input;
    },
    scope: parent?.child() ?? createScope(),
    positions,
    record(position, type, details) {
      if (lastEvent >= HISTORY_LIMIT - 1) {
        throw runtimeError(`The execution reached the maximum number of history events (${HISTORY_LIMIT}).`);
      }
      recordEnd(position, type, details);
    },
    recordEnd,
    save(position) {
      positions.set(position.path, position);
      changed.add(position);
    },
    removeBelow(path) {
      for (const [each, position] of positions) {
        if (!each.startsWith(`${path}/`)) continue;
        positions.delete(each);
        changed.delete(position);
      }
      staged.push(() => journal.positions.removeBelow(execution.id, path));
    },
    removeAll() {
      positions.clear();
      changed.clear();
      staged.push(() => journal.positions.removeAll(execution.id));
    },
    lastEventBelow(path) {
      let last = 0;
      for (const [each, position] of positions) {
        if (each.startsWith(`${path}/`)) last = Math.max(last, position.lastEvent);
      }
      return last;
    },
    stage: (write) => void staged.push(write),
    commit(durability = 'ordered') {
      if (durability === 'flushed') strongest = 'flushed';
      scheduled ??= new Promise((resolve, reject) => {
        setImmediate(() => {
          scheduled = undefined;
          try {
            resolve(write());
          } catch (error) {
            reject(error);
          }
        });
      });
      return scheduled;
    },
  };
}
