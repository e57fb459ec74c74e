import { TidemarkError } from '@tidemark/domain';
import { comparableGroups, limitsOf, type MonitorDependencies, type MonitorRequest } from './monitor-request.ts';
import { findHistory } from './monitored-group.ts';

const MOST_DELAY_SECONDS = 24 * 3_600;

/** What `plan-monitor` answers to the machine: whom to look at, and for how long to wait in between. */
export interface PlannedMonitor {
  readonly groups: readonly string[];
  readonly offlineDelaySeconds: number;
}

/** A group that was never applied has nothing to compare. @throws REQUEST_MALFORMED, GROUP_UNKNOWN */
export async function planMonitor(
  deps: Pick<MonitorDependencies, 'definitions' | 'catalogue'> & { readonly offlineDelaySeconds: number },
  request: MonitorRequest,
): Promise<PlannedMonitor> {
  limitsOf(request);
  const delaySeconds = request.offlineDelaySeconds ?? deps.offlineDelaySeconds;
  if (!Number.isSafeInteger(delaySeconds) || delaySeconds < 1 || delaySeconds > MOST_DELAY_SECONDS) {
    throw new TidemarkError('REQUEST_MALFORMED', `offlineDelaySeconds is a whole number from 1 to ${MOST_DELAY_SECONDS}`, {
      field: 'offlineDelaySeconds',
    });
  }
  const catalogue = await deps.catalogue();
  return {
    groups: comparableGroups(deps.definitions, request).flatMap((group) =>
      findHistory(catalogue, group) === undefined ? [] : [group.name],
    ),
    offlineDelaySeconds: delaySeconds,
  };
}
