/** Last step of a run: the report in the ledger, and a line of metrics for each group. */
import { printJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ComparedGroup } from './compare-group.ts';
import { printMetrics } from './embedded-metrics.ts';
import type { MonitorDependencies, MonitorRequest } from './monitor-request.ts';

/** A group whose comparison failed: the others are reported all the same. */
export interface FailedGroup {
  readonly group: string;
  readonly outcome: 'failed';
  readonly error: string;
}

export interface MonitorRun {
  readonly id: string;
  readonly startedAt: string;
  readonly request: MonitorRequest;
  readonly groups: readonly (ComparedGroup | FailedGroup)[];
}

export interface MonitorReport {
  readonly id: string;
  readonly scope: MonitorRequest['scope'];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly groups: readonly (ComparedGroup | FailedGroup)[];
}

export interface PublishedMonitor {
  readonly reportKey: string;
  readonly inconsistencies: number;
  readonly failed: number;
}

export async function publishMonitor(
  deps: Pick<MonitorDependencies, 'objects' | 'ledger' | 'waiting'>,
  { id, startedAt, request, groups }: MonitorRun,
  emit: (line: string) => void,
): Promise<PublishedMonitor> {
  const nowMs = deps.waiting.nowMs();
  const report: MonitorReport = { id, scope: request.scope, startedAt, finishedAt: new Date(nowMs).toISOString(), groups };
  const reportKey = ledgerKeys.monitorReport(dateOf(Date.parse(startedAt)), id);
  await deps.objects.put(deps.ledger, reportKey, printJson(report));
  const compared = groups.filter((one) => one.outcome === 'compared');
  for (const one of compared) {
    const line = printMetrics(nowMs, one.groupName, metricsOf(one));
    if (line !== undefined) emit(line);
  }
  return {
    reportKey,
    inconsistencies: compared.reduce((sum, one) => sum + countKinds(one), 0),
    failed: groups.length - compared.length,
  };
}

/** What a run measures of a group, as its metrics. */
export function metricsOf(one: ComparedGroup) {
  const percent = (share: number | undefined) => (share === undefined ? undefined : share * 100);
  return {
    EventLag: one.eventLagSeconds,
    FeatureCompleteness: percent(one.completeness?.share),
    ConsistencyRate: percent(one.consistency?.rate),
    ConsistencyRateLow: percent(one.consistency?.low),
    ConsistencyRateHigh: percent(one.consistency?.high),
    ConsistencySamples: one.entities.compared,
    Inconsistencies: countKinds(one),
  };
}

const countKinds = ({ kinds }: ComparedGroup): number => Object.values(kinds).reduce((sum, one) => sum + one, 0);
