/**
 * First state of a backfill: takes the lease of each group, finds its window and its files, writes the plan.
 *
 * A schedule brings nothing but its time: the window begins where the last sealed receipt ends, so that runs that were
 * missed are caught up by the next one, once. Fired twice, the second finds the groups held by its twin and ends by name,
 * or finds its time sealed. A group that a person backfills at the moment is left out and named; the others go on.
 */
import { isWindowed, stateGroupOf, TidemarkError } from '@tidemark/domain';
import { resolveGroup } from '../catalogue/catalogue.ts';
import { definitionHash } from '../ingest/definition-hash.ts';
import { describeHolder, type LeaseClaim, releaseLease, takeLease } from '../lease/lease.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { findBackfillFiles } from './backfill-files.ts';
import type {
  BackfillPlan,
  BackfillProgress,
  BackfillRequest,
  BackfillWindow,
  BegunBackfill,
  GroupFailure,
} from './backfill-plan.ts';
import { type BackfilledGroup, backfilledGroups, findBackfilled, parseBackfillRequest } from './backfill-request.ts';

/** How far the first scheduled run looks back: what lies before it a person asks for by range. */
const FIRST_LOOK_BACK_MS = 2 * 86_400_000;

export interface StartedBackfill {
  /** Name of the execution. */
  readonly id: string;
  readonly startedAt: string;
  readonly request: unknown;
}

/** @throws BACKFILL_OVERLAP when no group is free, or its own schedule's twin is at work; BACKFILL_REQUEST_INVALID */
export async function beginBackfill(deps: BackfillDependencies, started: StartedBackfill): Promise<BegunBackfill> {
  const request = parseBackfillRequest(deps.definitions, started.request);
  const wanted = 'group' in request ? [findBackfilled(deps.definitions, request.group)] : backfilledGroups(deps.definitions);
  const { held, overlaps } = await takeLeases(deps, started.id, request, wanted);
  const groups: BegunBackfill['groups'][number][] = [];
  for (const one of held) groups.push(await planGroup(deps, started, request, one));
  return { id: started.id, startedAt: started.startedAt, ledger: deps.ledger, groups, overlaps };
}

export const leaseClaim = (id: string, group: string, scheduledTime?: string): LeaseClaim => ({
  flow: 'backfill',
  name: group,
  owner: id,
  scheduledTime,
});

export const leaseDependencies = ({ objects, ledger, waiting }: BackfillDependencies) => ({
  objects,
  ledger,
  nowMs: waiting.nowMs,
});

async function takeLeases(
  deps: BackfillDependencies,
  id: string,
  request: BackfillRequest,
  wanted: readonly BackfilledGroup[],
): Promise<{ held: BackfilledGroup[]; overlaps: GroupFailure[] }> {
  const scheduledTime = 'scheduledTime' in request ? request.scheduledTime : undefined;
  const held: BackfilledGroup[] = [];
  const overlaps: GroupFailure[] = [];
  for (const one of wanted) {
    const claim = leaseClaim(id, one.group.name, scheduledTime);
    const other = await takeLease(leaseDependencies(deps), claim);
    if (other === undefined) {
      held.push(one);
      continue;
    }
    const isTwin = scheduledTime !== undefined && other.scheduledTime === scheduledTime;
    if (isTwin || wanted.length === 1) {
      for (const { group } of held) await releaseLease(leaseDependencies(deps), leaseClaim(id, group.name));
      throw new TidemarkError('BACKFILL_OVERLAP', describeHolder(claim, other), { field: one.group.name });
    }
    overlaps.push({ group: one.group.name, failure: { Error: 'BACKFILL_OVERLAP', Cause: describeHolder(claim, other) } });
  }
  return { held, overlaps };
}

async function planGroup(
  deps: BackfillDependencies,
  { id, startedAt }: StartedBackfill,
  request: BackfillRequest,
  { group, sources, stream }: BackfilledGroup,
): Promise<BegunBackfill['groups'][number]> {
  const date = dateOf(Date.parse(startedAt));
  const fileListKey = ledgerKeys.backfillFiles(date, id, group.name);
  const planKey = ledgerKeys.backfillPlan(date, id, group.name);
  const base = { id, startedAt, group: group.name, fileListKey };
  // A repetition goes through the files that were found first.
  const planned = await loadJson<BackfillPlan>(deps.objects, deps.ledger, planKey);
  const outcomeOf = ({ files }: BackfillPlan) => (stream !== undefined ? 'windows' : files === 0 ? 'empty' : 'planned');
  if (planned !== undefined) return { ...base, outcome: outcomeOf(planned) };
  const window = await windowOf(deps, request, group.name);
  if (window === undefined) return { ...base, outcome: 'sealed' };
  const files = await findBackfillFiles(deps.objects, deps.rawBucket, sources, window);
  const plan: BackfillPlan = {
    id,
    startedAt,
    group: group.name,
    groupName: resolveGroup(await deps.catalogue(), isWindowed(group) ? stateGroupOf(group) : group).groupName,
    scheduledTime: 'scheduledTime' in request ? request.scheduledTime : undefined,
    dryRun: 'dryRun' in request && request.dryRun === true,
    window,
    files: files.length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    definitionHashes: Object.fromEntries(sources.map((source) => [source.name, definitionHash(source)])),
  };
  await deps.objects.put(deps.ledger, fileListKey, JSON.stringify(files));
  await deps.objects.put(deps.ledger, planKey, printJson(plan));
  return { ...base, outcome: outcomeOf(plan) };
}

/** Undefined when a schedule's time is sealed already. */
async function windowOf(
  deps: BackfillDependencies,
  request: BackfillRequest,
  group: string,
): Promise<BackfillWindow | undefined> {
  if ('group' in request) return { by: 'event-time', from: request.from, to: request.to };
  const progress = await loadJson<BackfillProgress>(deps.objects, deps.ledger, ledgerKeys.backfillProgress(group));
  const toMs = Date.parse(request.scheduledTime);
  const fromMs = progress?.sealedTo === undefined ? toMs - FIRST_LOOK_BACK_MS : Date.parse(progress.sealedTo);
  if (fromMs >= toMs) return undefined;
  return { by: 'arrival', from: new Date(fromMs).toISOString(), to: request.scheduledTime };
}
