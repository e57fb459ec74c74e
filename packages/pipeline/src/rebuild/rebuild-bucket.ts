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
import { sendEntries } from '../store/send-entries.ts';
import { quarantineRecords } from '../stream/stream-quarantine.ts';
import { addReasons } from './add-reasons.ts';
import { type FailedEvent, loadFailedEvents } from './failed-events.ts';
import { keyPartsOf, readHistory } from './read-history.ts';
import type { RebuildBucketDependencies } from './rebuild-dependencies.ts';
import { type BucketResult, type RebuildBucket, rebuildKeys } from './rebuild-plan.ts';
import { type RemadeState, remakeState } from './remake-state.ts';
import { loadStoredStates, type StoredState } from './stored-states.ts';

/** Records that are read, remade and written together. */
const ENTITIES_AT_ONCE = 100;

/** A state that counted what the history does not have (yet) is left as it is, and counted in the bucket's result. */
export async function rebuildBucket(deps: RebuildBucketDependencies, bucket: RebuildBucket): Promise<{ readonly index: number }> {
  const { id, group: name, index, request } = bucket;
  const group = requireWindowed(deps, name);
  const columns = await loadColumns(
    deps.objects,
    deps.workBucket,
    `${rebuildKeys.rows(id, name, bucket.attempt)}bucket=${index}/`,
  );
  const history = readHistory(group, columns);
  const failed = await loadFailedEvents(deps.objects, deps.workBucket, rebuildKeys.records(id, name, index));
  const wanted = await wantedEntities(deps, bucket, history, failed);
  let result: BucketResult = { index, entities: 0, changed: 0, rows: 0, missing: 0, accepted: 0, duplicates: 0, refused: {} };
  for (let at = 0; at < wanted.length; at += ENTITIES_AT_ONCE) {
    const keys = wanted.slice(at, at + ENTITIES_AT_ONCE);
    const names = await groupNames(deps, group);
    const stored = await loadStoredStates(deps, group, names.state, keys);
    const remade = keys.map((key) => ({
      key,
      stored: stored.get(key),
      failed: failed.get(key) ?? [],
      rows: history.get(key) ?? [],
      ...remakeState(group, history.get(key) ?? [], failed.get(key) ?? [], stored.get(key), bucket.pausedAtMs),
    }));
    const complete = remade.filter(({ missing }) => missing === 0 || request.force === true);
    await appendHistory(deps, group, names.events, complete);
    await quarantineRefused(deps, group, complete);
    const isWritten = (one: Remade) => request.onlyChanged !== true || isChanged(group, one.stored, one);
    await writeStates(deps, group, names.state, complete.filter(isWritten));
    for (const one of remade) result = addEntity(result, one, isChanged(group, one.stored, one), complete.includes(one));
  }
  await deps.objects.put(deps.workBucket, rebuildKeys.result(id, name, index), printJson(result));
  return { index };
}

function addEntity(sum: BucketResult, { rows, missing, decisions }: Remade, changed: boolean, written: boolean): BucketResult {
  if (!written) return { ...sum, missing: sum.missing + missing };
  const of = (outcome: 'accepted' | 'duplicate') => decisions.filter((one) => one.outcome === outcome).length;
  const refused = decisions.flatMap((one) => (one.outcome === 'refused' ? [{ [one.refusal.code]: 1 }] : []));
  return {
    ...sum,
    entities: sum.entities + 1,
    changed: sum.changed + Number(changed),
    rows: sum.rows + rows.length,
    accepted: sum.accepted + of('accepted'),
    duplicates: sum.duplicates + of('duplicate'),
    refused: addReasons([sum.refused, ...refused]),
  };
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
  if (request.eventTimes !== undefined) return entitiesWithin(history, request.eventTimes);
  if (request.entitiesKey === undefined) return [...history.keys()];
  const asked = new Set(await loadJson<string[]>(deps.objects, deps.workBucket, request.entitiesKey));
  return [...history.keys()].filter((key) => asked.has(key));
}

function entitiesWithin(
  history: ReadonlyMap<string, readonly HistoryEvent[]>,
  { from, to }: NonNullable<RebuildBucket['request']['eventTimes']>,
): string[] {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const isInside = ({ timeMs }: HistoryEvent) => timeMs >= fromMs && timeMs < toMs;
  return [...history].filter(([, rows]) => rows.some(isInside)).map(([key]) => key);
}

interface Remade extends RemadeState {
  readonly key: string;
  readonly stored: StoredState | undefined;
  readonly failed: readonly FailedEvent[];
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
  await write(
    deps,
    records.map((record) => ({ groupName, record, stores: 'offline' as const })),
  );
}

/** One record at a time, so that a repetition writes the same objects whatever it is cut into. */
async function quarantineRefused(
  deps: RebuildBucketDependencies,
  group: WindowedGroup,
  remade: readonly Remade[],
): Promise<void> {
  const source = deps.definitions.streamSources.find((one) => one.group === group);
  for (const { failed, decisions } of remade) {
    for (const [at, { record, shardId }] of failed.entries()) {
      const decision = decisions[at];
      if (decision?.outcome !== 'refused') continue;
      const place = { stream: source?.stream.name ?? '', shardId };
      await quarantineRecords(deps, place, [record], [{ at: 0, source, outcome: decision.refusal }]);
    }
  }
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
  await write(
    deps,
    records.map((record) => ({ groupName, record, stores: 'online' as const })),
  );
}

/** What we make ourselves fits: a refusal would be a defect of ours. */
function requireRecord(record: FeatureRecord | { readonly code: string }): FeatureRecord {
  if (isRefusal(record)) throw new TidemarkError('INTERNAL', `a rebuilt record was refused by its own group (${record.code})`);
  return record as FeatureRecord;
}

async function write(deps: RebuildBucketDependencies, entries: Parameters<typeof sendEntries>[1]): Promise<void> {
  const left = await sendEntries(deps, entries);
  if (left !== undefined) throw new TidemarkError('DEPENDENCY_FAILED', `records were not taken: ${left.reason}`);
}

const isChanged = (group: WindowedGroup, stored: StoredState | undefined, { state }: RemadeState): boolean =>
  stored?.state === undefined ||
  encodeWindowState(group, { ...stored.state, recordTimeMs: 0 }) !== encodeWindowState(group, { ...state, recordTimeMs: 0 });
