/**
 * A plain group: the sampled entities of the history, and online records of the window that the history does not know where they
 * would have been sampled.
 */
import { type Group, NS_PER, toMs } from '@tidemark/domain';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { loadColumns } from '../dataset/load-columns.ts';
import type { FeatureReader } from '../ports/feature-store.ts';
import { completenessOf } from './completeness.ts';
import { type HistoryRows, historyRows } from './history-rows.ts';
import { judgeEntity, type OnlineState, type Verdict } from './judge-entity.ts';
import type { JudgedGroup } from './judged-group.ts';
import { findLostHours, hoursBehindReceipts } from './lost-hours.ts';
import { limitsOf, type MonitorDependencies, monitorKeys, type ReadGroupState } from './monitor-request.ts';
import { CLOCK_TOLERANCE_MS, type SeenGroup } from './observe-group.ts';
import { onlineState, readOnline, recordFeaturesOf } from './online-state.ts';
import { type Sample, sampleOf } from './sample.ts';

export async function compareRecords(
  deps: MonitorDependencies & { readonly reader: FeatureReader },
  state: ReadGroupState,
  group: Group,
  { groupName, offline }: { readonly groupName: string; readonly offline: OfflineTable },
  seen: SeenGroup,
): Promise<JudgedGroup> {
  const history = historyRows(group, await loadColumns(deps.objects, deps.workBucket, monitorKeys.rows(state.id, group.name)));
  const sample = sampleOf(state.id, history.hashes, limitsOf(state.request).entities);
  const before = new Map(seen.records.map(([key, record]) => [key, onlineState(group, record)]));
  const unread = new Set(seen.unread);
  const entityKeys = judgedKeys(history, before, sample, seen);

  const { records, failed } = await readOnline(deps, groupName, recordFeaturesOf(group), entityKeys);
  const online = new Map(entityKeys.map((key) => [key, onlineState(group, records.get(key))]));
  const unknownTimes = entityKeys.flatMap((key) => {
    const timeNs = online.get(key)?.timeNs;
    const isKnown = timeNs === undefined || history.byEntity.get(key)?.some((row) => row.timeNs >= timeNs) === true;
    return isKnown ? [] : [toMs(timeNs)];
  });
  const lostHoursMs = await hoursBehindReceipts(deps, { group: group.name, offline }, seen.settledAtMs);
  const settings = {
    features: group.features,
    precision: group.precision,
    ttlMs: group.ttlMs,
    settledAtMs: seen.settledAtMs,
    nowMs: Date.parse(state.read.at),
    readToMs: seen.window.toMs,
    toleranceMs: CLOCK_TOLERANCE_MS,
    isLostHour: await findLostHours(deps.objects, offline, unknownTimes, lostHoursMs),
  };
  const verdicts = new Map<string, Verdict>();
  for (const key of entityKeys) {
    if (failed.has(key)) continue;
    const rows = history.byEntity.get(key) ?? [];
    const wasAbsent = seen.isWhole && !before.has(key) && !unread.has(key);
    verdicts.set(key, judgeEntity(settings, { rows, seen: before.get(key), wasAbsent, online: online.get(key) }));
  }
  return {
    verdicts,
    lostHoursMs,
    unread: failed.size,
    isWhole: sample.isWhole && seen.isWhole,
    completeness: completenessOf(group, history),
  };
}

/** An online record outside the window is not judged: its history was not read. */
function judgedKeys(
  history: HistoryRows,
  before: ReadonlyMap<string, OnlineState | undefined>,
  sample: Sample,
  { window }: SeenGroup,
): string[] {
  const fromNs = window.fromMs === undefined ? undefined : BigInt(window.fromMs) * NS_PER.ms;
  const onlyOnline = [...before].filter(([key, record]) => {
    if (record === undefined || history.byEntity.has(key) || !sample.has(key)) return false;
    return fromNs === undefined || record.timeNs === undefined || record.timeNs >= fromNs;
  });
  return [...history.byEntity.keys(), ...onlyOnline.map(([key]) => key)];
}
