/**
 * Window states are not copied: they are made again from the event history, by machine `rebuild-windows`, a stream at a time.
 * The first call starts it, further ones see how far it is; each may be repeated.
 */
import { hashParts } from '../ledger/ledger-keys.ts';
import type { ExecutionStatus, Executions } from '../ports/executions.ts';
import { REBUILD_MACHINE, type RebuildRequest } from '../rebuild/rebuild-plan.ts';
import { requirePlan } from './plan-restore.ts';
import type { RestoreDependencies } from './restore-dependencies.ts';
import type { PlannedRestore, RebuiltStream } from './restore-plan.ts';

export interface RestoredWindows {
  readonly running: boolean;
  readonly streams: readonly RebuiltStream[];
}

export async function restoreWindows(
  deps: Pick<RestoreDependencies, 'objects' | 'ledger'> & { readonly executions: Executions },
  { planKey }: PlannedRestore,
): Promise<RestoredWindows> {
  const { id, streams } = await requirePlan(deps, planKey);
  const rebuilt = await Promise.all(
    streams.map(async (stream): Promise<RebuiltStream> => {
      const execution = hashParts('restore', id, stream);
      const request: RebuildRequest = { stream, mode: 'rebuild' };
      const started = await deps.executions.start(REBUILD_MACHINE, execution, request);
      const found = started === 'started' ? 'RUNNING' : await deps.executions.status(REBUILD_MACHINE, execution);
      return { stream, execution, status: found ?? 'RUNNING' };
    }),
  );
  return { running: rebuilt.some(({ status }) => isUnderWay(status)), streams: rebuilt };
}

const isUnderWay = (status: ExecutionStatus) => status === 'RUNNING' || status === 'PENDING_REDRIVE';
