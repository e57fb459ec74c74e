/** The states of entities as the online store has them. */
import {
  decodeWindowState,
  EVENT_TIME_FEATURE,
  parseIsoNs,
  TidemarkError,
  toMs,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import { readRecords } from '../serve/read-records.ts';
import type { RebuildBucketDependencies } from './rebuild-dependencies.ts';

export interface StoredState {
  /** Event time of the record. */
  readonly recordTimeMs: number;
  /** Undefined where another definition wrote it, or nothing of ours. */
  readonly state: WindowState | undefined;
}

const PATIENCE_MS = 60_000;

/** By entity key; entities without a record are left out. @throws DEPENDENCY_FAILED when one could not be read */
export async function loadStoredStates(
  deps: Pick<RebuildBucketDependencies, 'reader' | 'waiting'>,
  group: WindowedGroup,
  groupName: string,
  entityKeys: readonly string[],
): Promise<Map<string, StoredState>> {
  const wanted = { groupName, entityKeys, features: [EVENT_TIME_FEATURE, WINDOW_STATE_FEATURE] };
  const unread = (cause?: unknown) =>
    new TidemarkError('DEPENDENCY_FAILED', `records of ${groupName} could not be read`, { cause });
  const { found, failed } = await readRecords(deps, [wanted], deps.waiting.nowMs() + PATIENCE_MS).catch((error) => {
    throw unread(error);
  });
  if (failed.size > 0) throw unread();
  return new Map(found.map(({ entityKey, values }) => [entityKey, storedState(group, values)]));
}

/** @param values Of the record, by feature. */
export function storedState(group: WindowedGroup, values: ReadonlyMap<string, unknown>): StoredState {
  const time = values.get(EVENT_TIME_FEATURE);
  const timeNs = typeof time === 'string' ? parseIsoNs(time) : undefined;
  return { recordTimeMs: toMs(timeNs ?? 0n), state: readable(group, values.get(WINDOW_STATE_FEATURE)) };
}

function readable(group: WindowedGroup, text: unknown): WindowState | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return decodeWindowState(group, text);
  } catch (error) {
    if (error instanceof TidemarkError) return undefined;
    throw error;
  }
}
