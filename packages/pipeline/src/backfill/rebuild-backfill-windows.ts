/**
 * The backfill of a windowed group: its raw input is the event history, and the machine that makes states from it by the
 * definition of today is `rebuild-windows`. Started under a name of its own, looked at until it has ended, its receipt told as
 * that of the backfill. Only entities with events in the range are made again, and only states that come out otherwise are
 * written.
 */
import { TidemarkError } from '@tidemark/domain';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { dateOf, hashParts, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { Executions } from '../ports/executions.ts';
import { REBUILD_MACHINE, type RebuildReceipt, type RebuildRequest } from '../rebuild/rebuild-plan.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import type { BackfillPlan, BackfillReceipt, GroupBackfill } from './backfill-plan.ts';
import { findBackfilled } from './backfill-request.ts';
import { enterStep } from './backfill-step.ts';

export interface WindowDependencies extends BackfillDependencies {
  readonly executions: Executions;
}

const DAY_MS = 86_400_000;
/** An execution lasts so long at most, and its receipt bears the day on which it began. */
const MOST_DAYS = 3;

/** Asking again is harmless. @throws BACKFILL_WINDOWS_FAILED */
export async function rebuildBackfillWindows(
  deps: WindowDependencies,
  request: GroupBackfill,
): Promise<{ readonly outcome: 'running' } | { readonly outcome: 'rebuilt'; readonly receipt: BackfillReceipt }> {
  const plan = await enterStep(deps, request);
  const { stream } = findBackfilled(deps.definitions, plan.group);
  if (stream === undefined) throw new TidemarkError('INTERNAL', `group ${plan.group} has no windows to make again`);
  const name = hashParts('backfill', plan.id, plan.group);
  const input: RebuildRequest = {
    stream,
    mode: 'rebuild',
    group: plan.group,
    eventTimes: { from: plan.window.from, to: plan.window.to },
    onlyChanged: true,
  };
  const status = (await deps.executions.status(REBUILD_MACHINE, name)) ?? (await start(deps, name, input));
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { outcome: 'running' };
  if (status !== 'SUCCEEDED') {
    throw new TidemarkError(
      'BACKFILL_WINDOWS_FAILED',
      `the execution ${name} of ${REBUILD_MACHINE} ended as ${status}: see why there, and start the backfill again`,
    );
  }
  const receipt = receiptOf(deps, plan, await findRebuild(deps, plan, name));
  const key = ledgerKeys.backfillReceipt(dateOf(Date.parse(plan.startedAt)), plan.id, plan.group);
  await deps.objects.putOnce(deps.ledger, key, printJson(receipt));
  return { outcome: 'rebuilt', receipt: await requireJson<BackfillReceipt>(deps.objects, deps.ledger, key) };
}

async function start({ executions }: WindowDependencies, name: string, input: RebuildRequest): Promise<'RUNNING'> {
  await executions.start(REBUILD_MACHINE, name, input);
  return 'RUNNING';
}

async function findRebuild(deps: WindowDependencies, { startedAt }: BackfillPlan, name: string): Promise<RebuildReceipt> {
  for (let day = 0; day < MOST_DAYS; day++) {
    const key = ledgerKeys.rebuild(dateOf(Date.parse(startedAt) + day * DAY_MS), name);
    const found = await loadJson<RebuildReceipt>(deps.objects, deps.ledger, key);
    if (found !== undefined) return found;
  }
  throw new TidemarkError('BACKFILL_INCOMPLETE', `the execution ${name} of ${REBUILD_MACHINE} left no receipt`);
}

/** The history itself is not written: every event of it is as it was. */
function receiptOf(deps: WindowDependencies, plan: BackfillPlan, rebuild: RebuildReceipt): BackfillReceipt {
  const { rows = 0, entities = 0, changed = 0 } = rebuild.groups[plan.group] ?? {};
  return {
    id: plan.id,
    status: 'sealed',
    group: plan.group,
    groupName: plan.groupName,
    scheduledTime: undefined,
    window: plan.window,
    definitionHashes: plan.definitionHashes,
    files: { read: 0, refused: 0, bytes: 0 },
    rows: { read: rows, outside: 0, quarantined: 0, unchanged: rows, superseded: 0, written: 0 },
    found: { absent: 0, changed: 0 },
    writes: { online: changed, offlineOnly: 0, replaced: 0 },
    states: { entities, changed },
    reasons: {},
    scannedBytes: 0,
    startedAt: plan.startedAt,
    sealedAt: new Date(deps.waiting.nowMs()).toISOString(),
  };
}
