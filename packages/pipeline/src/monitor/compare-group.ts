/**
 * Last look: the online store held against the history, which was read a delay after the first look.
 *
 *   history ∪ what was seen first → judged entity by entity → findings in the ledger, counts for the report
 */
import { type Group, isWindowed, NS_PER } from '@tidemark/domain';
import { requireJson } from '../ledger/json-objects.ts';
import type { FeatureReader } from '../ports/feature-store.ts';
import type { AuditKey } from '../serve/audit-line.ts';
import { compareRecords } from './compare-records.ts';
import { compareWindows } from './compare-windows.ts';
import type { FeatureCompleteness } from './completeness.ts';
import { confidenceInterval } from './confidence.ts';
import type { Finding, InconsistencyKind } from './finding.ts';
import type { Verdict } from './judge-entity.ts';
import { type MonitorDependencies, monitorKeys, type ReadGroupState } from './monitor-request.ts';
import { monitoredGroup } from './monitored-group.ts';
import type { SeenGroup } from './observe-group.ts';
import { saveFindings } from './save-findings.ts';

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
  /** Undefined for windows, which have a value or none by what happened. */
  readonly completeness: FeatureCompleteness | undefined;
  readonly newestEventTime: string | undefined;
  readonly eventLagSeconds: number | undefined;
  readonly onlineRecords: { readonly listed: number; readonly isWhole: boolean };
  readonly historyBytes: number;
  /** Where the inconsistencies are listed, when there are any. */
  readonly findingsKey: string | undefined;
}

export async function compareGroup(deps: CompareDependencies, state: ReadGroupState): Promise<ComparedGroup> {
  const { group, groupName, offline } = await monitoredGroup(deps, state);
  const seen = await requireJson<SeenGroup>(deps.objects, deps.workBucket, monitorKeys.seen(state.id, group.name));
  const judged = isWindowed(group)
    ? await compareWindows(deps, state, group, { groupName, offline }, seen)
    : await compareRecords(deps, state, group, { groupName, offline }, seen);
  const hours = judged.lostHoursMs.map((timeMs) => lostHour(group, timeMs));
  const place = { groupName, offline };
  const findingsKey = await saveFindings(deps, state, place, { verdicts: judged.verdicts, hours });

  const verdicts = [...judged.verdicts.values()];
  const count = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length;
  const inconsistent = count('inconsistent');
  const compared = count('consistent') + inconsistent;
  const { newestMs } = seen.history;
  return {
    group: group.name,
    groupName,
    outcome: 'compared',
    entities: { compared, inconsistent, inFlight: count('in-flight'), unread: judged.unread },
    consistency: consistencyOf(compared - inconsistent, compared, judged.isWhole),
    isWhole: judged.isWhole,
    kinds: countKinds([...hours, ...verdicts.flatMap(({ findings }) => findings)]),
    completeness: judged.completeness,
    newestEventTime: newestMs === undefined ? undefined : new Date(newestMs).toISOString(),
    eventLagSeconds: newestMs === undefined ? undefined : Math.max(0, (Date.parse(state.read.at) - newestMs) / 1_000),
    onlineRecords: { listed: seen.records.length, isWhole: seen.isWhole },
    historyBytes: seen.history.bytes,
    findingsKey,
  };
}

function consistencyOf(consistent: number, compared: number, isWhole: boolean): ComparedGroup['consistency'] {
  if (compared === 0) return undefined;
  const rate = consistent / compared;
  return { rate, ...(isWhole ? { low: rate, high: rate } : confidenceInterval(consistent, compared)) };
}

/** Of every feature and no entity in particular. */
const lostHour = ({ features }: Group, timeMs: number): Finding => ({
  kind: 'lost-partition',
  features: Object.keys(features),
  historyTimeNs: BigInt(timeMs) * NS_PER.ms,
  onlineTimeNs: undefined,
});

function countKinds(findings: readonly Finding[]): ComparedGroup['kinds'] {
  const kinds: Partial<Record<InconsistencyKind, number>> = {};
  for (const { kind } of findings) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}
