/**
 * The states of entities as the store holds them. It is assumed of the store that it answers with what was written; where it
 * answers with an older state than this instance wrote, it is asked again, and in the end the batch comes again. The store
 * is believed then: the state may have been made again in between.
 */
import {
  decodeWindowState,
  EVENT_TIME_FEATURE,
  emptyWindowState,
  TidemarkError,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import type { FeatureReader } from '../ports/feature-store.ts';
import { jitterMs, type Waiting } from '../ports/waiting.ts';
import { readRecords, recordId } from '../serve/read-records.ts';

const DEADLINE_MS = 20_000;
const MOST_READS = 5;
const BASE_WAIT_MS = 50;
const MOST_WAIT_MS = 1_000;
const MOST_REMEMBERED = 100_000;

export interface LoadedStates {
  readonly states: ReadonlyMap<string, WindowState>;
  /** Entity key → why its state cannot be had. */
  readonly failed: ReadonlyMap<string, string>;
}

export interface WindowStates {
  load(group: WindowedGroup, groupName: string, entityKeys: readonly string[]): Promise<LoadedStates>;
  /** Called with what the store has acknowledged. */
  wrote(groupName: string, entityKey: string, state: WindowState): void;
}

export function createWindowStates(deps: { readonly reader: FeatureReader; readonly waiting: Waiting }): WindowStates {
  const written = new Map<string, number>();

  async function read(group: WindowedGroup, groupName: string, entityKeys: readonly string[]): Promise<LoadedStates> {
    const states = new Map<string, WindowState>(entityKeys.map((key) => [key, emptyWindowState(group)]));
    const failed = new Map<string, string>();
    const wanted = { groupName, entityKeys, features: [EVENT_TIME_FEATURE, WINDOW_STATE_FEATURE] };
    const answer = await readRecords(deps, [wanted], deps.waiting.nowMs() + DEADLINE_MS);
    for (const { entityKey, values } of answer.found) {
      try {
        states.set(entityKey, decodeWindowState(group, String(values.get(WINDOW_STATE_FEATURE) ?? '')));
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        failed.set(entityKey, `${error.code}: ${error.message}`);
      }
    }
    for (const key of entityKeys) {
      if (answer.failed.has(recordId(groupName, key))) failed.set(key, `group ${group.name} could not be read`);
    }
    for (const key of failed.keys()) states.delete(key);
    return { states, failed };
  }

  return {
    async load(group, groupName, entityKeys) {
      const states = new Map<string, WindowState>();
      const failed = new Map<string, string>();
      let open = entityKeys;
      for (let attempt = 0; open.length > 0 && attempt < MOST_READS; attempt++) {
        if (attempt > 0) await deps.waiting.sleep(jitterMs(attempt, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
        const answer = await read(group, groupName, open);
        for (const [key, reason] of answer.failed) failed.set(key, reason);
        const isOlder = (key: string, state: WindowState) =>
          state.recordTimeMs < (written.get(recordId(groupName, key)) ?? Number.NEGATIVE_INFINITY);
        for (const [key, state] of answer.states) if (!isOlder(key, state)) states.set(key, state);
        open = [...answer.states].filter(([key, state]) => isOlder(key, state)).map(([key]) => key);
      }
      for (const key of open) {
        failed.set(key, `the store answers with an older state of group ${group.name} than was written`);
        written.delete(recordId(groupName, key));
      }
      return { states, failed };
    },
    wrote(groupName, entityKey, { recordTimeMs }) {
      const id = recordId(groupName, entityKey);
      written.delete(id);
      written.set(id, recordTimeMs);
      if (written.size > MOST_REMEMBERED) written.delete(written.keys().next().value as string);
    },
  };
}
