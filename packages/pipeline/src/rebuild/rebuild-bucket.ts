/**
 * One bucket of entities: their states made again and written. Nobody else writes them, since the stream is paused.
 *
 * read the stored records → remake each state → append what was accepted to the history → write the states, each after the
 * previous one is acknowledged. A repetition decides the same; the history folds by id, and the states' event times only grow.
 */
import {
  encodeRecord,
  encodeWindowState,
  eventGroupOf,
  type FeatureRecord,
  type HistoryEvent,
  isRefusal,
  isWindowed,
  stateGroupOf,
  TidemarkError,
  type WindowedGroup,
  windowRecord,
} from '@tidemark/domain';
import { resolveGroup } from '../catalogue/catalogue.ts';
import { loadColumns } from '../dataset/load-columns.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { writeEntries } from '../store/write-entries.ts';
import { keyPartsOf, readHistory } from './read-history.ts';
import type { RebuildBucketDependencies } from './rebuild-dependencies.ts';
import { type BucketResult, type RebuildBucket, rebuildKeys } from './rebuild-plan.ts';
import { type FailedEvent, type RemadeState, remakeState } from './remake-state.ts';
import { loadStoredStates, type StoredState } from './stored-states.ts';

/** Records that are read, remade and written together. */
const ENTITIES_AT_ONCE = 100;

/** @throws WINDOW_HISTORY_BEHIND when a state counted what the history does not have (yet): nothing of it was written */
export async function rebuildBucket(deps: RebuildBucketDependencies, bucket: RebuildBucket): Promise<{ readonly index: number }> {
  const { id, group: name, index, request } = bucket;
  const group = requireWindowed(deps, name);
  const columns = await loadColumns(deps.objects, deps.workBucket, `${rebuildKeys.rows(id, name, bucket.attempt)}bucket=${index}/`);
  const history = readHistory(group, columns);
  const failed = new Map<string, FailedEvent[]>();
  const wanted = await wantedEntities(deps, bucket, history, failed);
  const result = { index, entities: 0, changed: 0, rows: 0, accepted: 0, duplicates: 0, refused: {} as Record<string, number> };
  for (let at = 0; at < wanted.length; at += ENTITIES_AT_ONCE) {
    const keys = wanted.slice(at, at + ENTITIES_AT_ONCE);
    const names = await groupNames(deps, group);
    const stored = await loadStoredStates(deps, group, names.state, keys);
    const remade = keys.map((key) => ({
      key,
      stored: stored.get(key),
      rows: history.get(key) ?? [],
      ...remakeState(group, history.get(key) ?? [], failed.get(key) ?? [], stored.get(key), bucket.pausedAtMs),
    }));
    const missing = remade.reduce((sum, one) => sum + one.missing, 0);
    if (missing > 0 && request.force !== true) {
      throw new TidemarkError(
        'WINDOW_HISTORY_BEHIND',
        `the states of group ${name} counted ${missing} events that its history does not have yet: nothing of these was written`,
      );
    }
    await appendHistory(deps, group, names.events, remade);
    await writeStates(deps, group, names.state, remade);
    for (const one of remade) {
      result.entities += 1;
      result.rows += one.rows.length;
      if (isChanged(group, one.stored, one)) result.changed += 1;
      for (const decision of one.decisions) {
        if (decision.outcome === 'accepted') result.accepted += 1;
        else if (decision.outcome === 'duplicate') result.duplicates += 1;
        else result.refused[decision.refusal.code] = (result.refused[decision.refusal.code] ?? 0) + 1;
      }
    }
  }
  await deps.objects.put(deps.workBucket, rebuildKeys.result(id, name, index), printJson(result satisfies BucketResult));
  return { index };
}

export function requireWindowed({ definitions }: Pick<RebuildBucketDependencies, 'definitions'>, name: string): WindowedGroup {
  const group = definitions.groups.find((one) => one.name === name);
  if (group === undefined || !isWindowed(group)) throw new TidemarkError('GROUP_UNKNOWN', `there is no windowed group ${name}`);
  return group;
}

async function groupNames(deps: RebuildBucketDependencies, group: WindowedGroup) {
  const catalogue = await deps.catalogue();
  return {
    state: resolveGroup(catalogue, stateGroupOf(group)).groupName,
    events: resolveGroup(catalogue, eventGroupOf(group)).groupName,
  };
}

async function wantedEntities(
  deps: RebuildBucketDependencies,
  { request }: RebuildBucket,
  history: ReadonlyMap<string, readonly HistoryEvent[]>,
  failed: ReadonlyMap<string, readonly FailedEvent[]>,
): Promise<string[]> {
  if (request.mode === 'redrive') return [...failed.keys()];
  if (request.entitiesKey === undefined) return [...history.keys()];
  const asked = new Set(await loadJson<string[]>(deps.objects, deps.workBucket, request.entitiesKey));
  return [...history.keys()].filter((key) => asked.has(key));
}

interface Remade extends RemadeState {
  readonly key: string;
  readonly stored: StoredState | undefined;
  readonly rows: readonly HistoryEvent[];
}

async function appendHistory(
  deps: RebuildBucketDependencies,
  group: WindowedGroup,
  groupName: string,
  remade: readonly Remade[],
): Promise<void> {
  const accepted = remade.flatMap(({ decisions }) => decisions.flatMap((one) => (one.outcome === 'accepted' ? [one.row] : [])));
  const records = accepted.map((row) => requireRecord(encodeRecord(eventGroupOf(group), row)));
  await write(deps, records.map((record) => ({ groupName, record, stores: 'offline' as const })));
}

async function writeStates(
  deps: RebuildBucketDependencies,
  group: WindowedGroup,
  groupName: string,
  remade: readonly Remade[],
): Promise<void> {
  // Who has neither events nor a record has no state.
  const records = remade
    .filter(({ state, stored }) => stored !== undefined || Number.isFinite(state.arrivedMs))
    .map(({ key, state }) =>
      requireRecord(encodeRecord(stateGroupOf(group), windowRecord(group, keyPartsOf(group, key), state))),
    );
  await write(deps, records.map((record) => ({ groupName, record, stores: 'online' as const })));
}

/** What we make ourselves fits: a refusal would be a defect of ours. */
function requireRecord(record: FeatureRecord | { readonly code: string }): FeatureRecord {
  if (isRefusal(record)) throw new TidemarkError('INTERNAL', `a rebuilt record was refused by its own group (${record.code})`);
  return record as FeatureRecord;
}

async function write(deps: RebuildBucketDependencies, entries: Parameters<typeof writeEntries>[1]): Promise<void> {
  const left = await writeEntries(deps, entries);
  if (left !== undefined) throw new TidemarkError('DEPENDENCY_FAILED', `records were not taken: ${left.reason}`);
}

const isChanged = (group: WindowedGroup, stored: StoredState | undefined, { state }: RemadeState): boolean =>
  stored?.state === undefined ||
  encodeWindowState(group, { ...stored.state, recordTimeMs: 0 }) !== encodeWindowState(group, { ...state, recordTimeMs: 0 });
