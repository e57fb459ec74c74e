/**
 * Last look: the online records of the sampled entities, held against the history that was read a delay after the first one.
 *
 *   history rows ∪ records seen first → judged one by one → findings in the ledger, counts for the report
 *
 * Judged are the sampled entities of the history, and records whose event time lies in the window but which the history does
 * not know, where they would have been sampled.
 */
import { type Group, NS_PER, printIso, TidemarkError, toMs } from '@tidemark/domain';
import { type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import { loadColumns } from '../dataset/load-columns.ts';
import { requireJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { FeatureReader } from '../ports/feature-store.ts';
import { type AuditKey, createAuditKeys } from '../serve/audit-line.ts';
import { completenessOf, type FeatureCompleteness } from './completeness.ts';
import { confidenceInterval } from './confidence.ts';
import type { Finding, Inconsistency, InconsistencyKind } from './finding.ts';
import { hourHasFiles, partitionPath } from './history-files.ts';
import { type HistoryRows, historyRows } from './history-rows.ts';
import { type JudgeSettings, judgeEntity, type OnlineState, type Verdict } from './judge-entity.ts';
import {
  comparableGroups,
  type GroupState,
  limitsOf,
  type MonitorDependencies,
  monitorKeys,
  type ReadGroupState,
} from './monitor-request.ts';
import { CLOCK_TOLERANCE_MS, type SeenGroup } from './observe-group.ts';
import { onlineState, readOnline } from './online-state.ts';
import { type Sample, sampleOf } from './sample.ts';

export interface CompareDependencies extends MonitorDependencies {
  readonly reader: FeatureReader;
  readonly auditKey: AuditKey;
}

export interface ComparedGroup {
  readonly group: string;
  readonly groupName: string;
  readonly outcome: 'compared';
  readonly entities: {
    readonly compared: number;
    readonly inconsistent: number;
    /** Could not be told yet. */
    readonly inFlight: number;
    /** The online store did not give them. */
    readonly unread: number;
  };
  /** Shares of the compared entities; undefined where there was none. */
  readonly consistency: { readonly rate: number; readonly low: number; readonly high: number } | undefined;
  /** Whether every entity of the window was compared, so that the rate is no estimate. */
  readonly isWhole: boolean;
  readonly kinds: Readonly<Partial<Record<InconsistencyKind, number>>>;
  readonly completeness: FeatureCompleteness | undefined;
  readonly newestEventTime: string | undefined;
  readonly eventLagSeconds: number | undefined;
  readonly onlineRecords: { readonly listed: number; readonly isWhole: boolean };
  readonly historyBytes: number;
  /** Where the inconsistencies are listed, when there are any. */
  readonly findingsKey: string | undefined;
}

/** Lines of one list. What is beyond is counted. */
const MOST_FINDINGS = 10_000;
/** Entities that agree that an hour is gone: a single one may have been written to the online store alone. */
const FEWEST_WITNESSES = 2;

export async function compareGroup(deps: CompareDependencies, state: ReadGroupState): Promise<ComparedGroup> {
  const group = comparableGroups(deps.definitions, state.request).find((one) => one.name === state.group);
  if (group === undefined) throw new TidemarkError('GROUP_UNKNOWN', `there is no group ${state.group} with both stores`);
  const { groupName, offline } = resolveGroup(await deps.catalogue(), group);
  if (offline === undefined) throw new TidemarkError('GROUP_UNKNOWN', `group ${group.name} has no offline store`);
  const seen = await requireJson<SeenGroup>(deps.objects, deps.workBucket, monitorKeys.seen(state.id, group.name));
  const history = historyRows(group, await loadColumns(deps.objects, deps.workBucket, monitorKeys.rows(state.id, group.name)));
  const sample = sampleOf(state.id, history.hashes, limitsOf(state.request).entities);
  const seenStates = new Map(seen.records.map(([key, record]) => [key, onlineState(group, record)]));
  const entityKeys = judgedKeys(history, seenStates, sample, seen);

  const nowMs = Date.parse(state.read.at);
  const { records, failed } = await readOnline(deps, group, groupName, entityKeys);
  const online = new Map(entityKeys.map((key) => [key, onlineState(group, records.get(key))]));
  const lostHours = await findLostHours(deps, offline, entityKeys, history, online);
  const settings: JudgeSettings = {
    features: group.features,
    precision: group.precision,
    ttlMs: group.ttlMs,
    settledAtMs: seen.settledAtMs,
    nowMs,
    toleranceMs: CLOCK_TOLERANCE_MS,
    isLostHour: (timeNs) => lostHours.has(partitionPath(toMs(timeNs))),
  };
  const verdicts = new Map<string, Verdict>();
  for (const key of entityKeys) {
    if (failed.has(key)) continue;
    const rows = history.byEntity.get(key) ?? [];
    verdicts.set(key, judgeEntity(settings, { rows, seen: seenStates.get(key), online: online.get(key) }));
  }
  const findingsKey = await saveFindings(deps, state, group, groupName, offline, verdicts);
  return summary({ state, group, groupName, verdicts, failed, history, seen, sample, nowMs, findingsKey });
}

/** An online record outside the window is not judged: its history was not read. */
function judgedKeys(
  history: HistoryRows,
  seen: ReadonlyMap<string, OnlineState | undefined>,
  sample: Sample,
  { window }: SeenGroup,
): string[] {
  const fromNs = window.fromMs === undefined ? undefined : BigInt(window.fromMs) * NS_PER.ms;
  const onlyOnline = [...seen].filter(([key, record]) => {
    if (record === undefined || history.byEntity.has(key) || !sample.has(key)) return false;
    return fromNs === undefined || record.timeNs === undefined || record.timeNs >= fromNs;
  });
  return [...history.byEntity.keys(), ...onlyOnline.map(([key]) => key)];
}

/** Hours of online records that the history does not know, in which it has no file at all. As partition paths. */
async function findLostHours(
  deps: CompareDependencies,
  offline: OfflineTable,
  entityKeys: readonly string[],
  { byEntity }: HistoryRows,
  online: ReadonlyMap<string, OnlineState | undefined>,
): Promise<ReadonlySet<string>> {
  const witnesses = new Map<string, { timeMs: number; count: number }>();
  for (const key of entityKeys) {
    const timeNs = online.get(key)?.timeNs;
    if (timeNs === undefined || byEntity.get(key)?.some((row) => row.timeNs >= timeNs) === true) continue;
    const timeMs = toMs(timeNs);
    const hour = partitionPath(timeMs);
    witnesses.set(hour, { timeMs, count: (witnesses.get(hour)?.count ?? 0) + 1 });
  }
  const lost = new Set<string>();
  for (const [hour, { timeMs, count }] of witnesses) {
    if (count >= FEWEST_WITNESSES && !(await hourHasFiles(deps.objects, offline, timeMs))) lost.add(hour);
  }
  return lost;
}

async function saveFindings(
  deps: CompareDependencies,
  state: GroupState,
  group: Group,
  groupName: string,
  offline: OfflineTable,
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<string | undefined> {
  const hmac = createAuditKeys(deps.auditKey);
  const nowMs = deps.waiting.nowMs();
  const print = (timeNs: bigint | undefined) => (timeNs === undefined ? undefined : printIso(timeNs, finestOf(timeNs)));
  const line = (entityKey: string, { kind, features, historyTimeNs, onlineTimeNs }: Finding): Inconsistency => {
    const timeNs = historyTimeNs ?? onlineTimeNs;
    return {
      group: group.name,
      groupName,
      entity: hmac(entityKey, nowMs),
      keyId: deps.auditKey.id,
      kind,
      features,
      historyTime: print(historyTimeNs),
      onlineTime: print(onlineTimeNs),
      look: {
        partition: timeNs === undefined ? undefined : `${offline.location}/${partitionPath(toMs(timeNs))}`,
        execution: state.id,
      },
    };
  };
  const lines = [...verdicts].flatMap(([key, { findings }]) => findings.map((finding) => line(key, finding)));
  if (lines.length === 0) return undefined;
  const key = ledgerKeys.inconsistencies(dateOf(Date.parse(state.startedAt)), state.id, group.name);
  const kept = lines.slice(0, MOST_FINDINGS);
  await deps.objects.put(deps.ledger, key, kept.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return key;
}

const finestOf = (timeNs: bigint) =>
  timeNs % NS_PER.s === 0n ? 's' : timeNs % NS_PER.ms === 0n ? 'ms' : timeNs % NS_PER.us === 0n ? 'us' : 'ns';

function summary(run: {
  state: GroupState;
  group: Group;
  groupName: string;
  verdicts: ReadonlyMap<string, Verdict>;
  failed: ReadonlySet<string>;
  history: HistoryRows;
  seen: SeenGroup;
  sample: Sample;
  nowMs: number;
  findingsKey: string | undefined;
}): ComparedGroup {
  const { group, groupName, verdicts, failed, history, seen, sample, nowMs, findingsKey } = run;
  const count = (outcome: Verdict['outcome']) => [...verdicts.values()].filter((one) => one.outcome === outcome).length;
  const [consistent, inconsistent] = [count('consistent'), count('inconsistent')];
  const compared = consistent + inconsistent;
  const isWhole = sample.isWhole && seen.isWhole;
  const rate = consistent / compared;
  const bounds = isWhole ? { low: rate, high: rate } : confidenceInterval(consistent, compared);
  const kinds: Partial<Record<InconsistencyKind, number>> = {};
  for (const { findings } of verdicts.values()) for (const { kind } of findings) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const { newestMs } = seen.history;
  return {
    group: group.name,
    groupName,
    outcome: 'compared',
    entities: { compared, inconsistent, inFlight: count('in-flight'), unread: failed.size },
    consistency: compared === 0 ? undefined : { rate, ...bounds },
    isWhole,
    kinds,
    completeness: completenessOf(group, history),
    newestEventTime: newestMs === undefined ? undefined : new Date(newestMs).toISOString(),
    eventLagSeconds: newestMs === undefined ? undefined : Math.max(0, (nowMs - newestMs) / 1_000),
    onlineRecords: { listed: seen.records.length, isWhole: seen.isWhole },
    historyBytes: seen.history.bytes,
    findingsKey,
  };
}
