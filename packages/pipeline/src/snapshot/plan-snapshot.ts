/**
 * First step of a snapshot: which instant, which groups, in how many parts. Doing it again finds the plan that is there.
 *
 * The history is complete only up to the offline delay before now, so that is the latest instant a snapshot can show: of every
 * record that arrived before it, and of none that arrived later.
 */
import { type Group, isWindowed, parseIsoNs, TidemarkError, toMs } from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SnapshotDependencies } from './snapshot-dependencies.ts';
import {
  type PlannedGroup,
  type PlannedSnapshot,
  type SnapshotPlan,
  type SnapshotState,
  snapshotWorkKeys,
  type UncoveredGroup,
} from './snapshot-plan.ts';

const MOST_PARTS = 64;
/** Of history: what a part holds is at most as much. */
const PART_BYTES = 500_000;

/** @throws SNAPSHOT_OPTION_INVALID, GROUP_UNKNOWN */
export async function planSnapshot(
  deps: SnapshotDependencies & { readonly offlineDelaySeconds: number },
  state: SnapshotState,
): Promise<PlannedSnapshot> {
  const planKey = snapshotWorkKeys.plan(state.id);
  const plan = (await loadJson<SnapshotPlan>(deps.objects, deps.workBucket, planKey)) ?? (await makePlan(deps, state));
  const takenBy = await claim(deps, state);
  const partListKey = snapshotWorkKeys.partList(state.id);
  if (takenBy === undefined) {
    await deps.objects.put(deps.workBucket, planKey, printJson(plan));
    const parts = plan.groups.flatMap(({ group, parts: count }) => Array.from({ length: count }, (_, part) => ({ group, part })));
    await deps.objects.put(deps.workBucket, partListKey, JSON.stringify(parts));
  }
  return {
    outcome: takenBy === undefined ? 'planned' : 'taken',
    ...(takenBy === undefined ? {} : { takenBy }),
    asOf: plan.asOf,
    bucket: deps.workBucket,
    partListKey,
    groups: plan.groups.map(({ group }) => group),
  };
}

async function makePlan(
  deps: SnapshotDependencies & { readonly offlineDelaySeconds: number },
  { id, startedAt, request }: SnapshotState,
): Promise<SnapshotPlan> {
  const asOf = asOfOf(startedAt, request, deps.offlineDelaySeconds);
  const { covered, notCovered } = chooseGroups(deps.definitions.groups, request.groups);
  const catalogue = await deps.catalogue();
  const groups = await Promise.all(covered.map((group) => planGroup(deps.objects, catalogue, group)));
  return { id, startedAt, asOf, offlineDelaySeconds: deps.offlineDelaySeconds, groups, notCovered };
}

/** The latest instant at which the history is complete, or the earlier one that was asked for. */
function asOfOf(startedAt: string, request: SnapshotState['request'], offlineDelaySeconds: number): string {
  const secondOf = (text: string, option: string) => {
    const time = parseIsoNs(text);
    if (time === undefined)
      throw new TidemarkError('SNAPSHOT_OPTION_INVALID', `${option} must be UTC ISO-8601 such as 2026-01-31T09:00:00Z`, {
        field: option,
      });
    return Math.floor(toMs(time) / 1_000);
  };
  const startedSecond = Math.floor(Date.parse(startedAt) / 1_000);
  const scheduled = request.scheduledTime === undefined ? startedSecond : secondOf(request.scheduledTime, 'scheduledTime');
  const latest = Math.min(startedSecond, scheduled) - offlineDelaySeconds;
  const wanted = request.asOf === undefined ? latest : secondOf(request.asOf, 'asOf');
  if (wanted > latest) {
    throw new TidemarkError(
      'SNAPSHOT_OPTION_INVALID',
      `asOf is after ${printSecond(latest)}: the history is complete only up to ${offlineDelaySeconds} s before now`,
      { field: 'asOf' },
    );
  }
  return printSecond(wanted);
}

const printSecond = (second: number) => `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;

function chooseGroups(
  defined: readonly Group[],
  asked: readonly string[] | undefined,
): { covered: readonly Group[]; notCovered: readonly UncoveredGroup[] } {
  const unknown = asked?.find((name) => !defined.some((group) => group.name === name));
  if (unknown !== undefined) throw new TidemarkError('GROUP_UNKNOWN', `no group "${unknown}" is defined`, { field: unknown });
  const chosen = defined.filter(({ name }) => asked?.includes(name) ?? true);
  const notCovered = chosen.flatMap((group): UncoveredGroup[] => {
    const reason = whyNotCovered(group);
    return reason === undefined ? [] : [{ group: group.name, reason }];
  });
  const refused = asked === undefined ? undefined : notCovered[0];
  if (refused !== undefined)
    throw new TidemarkError('SNAPSHOT_OPTION_INVALID', `group ${refused.group} cannot be snapshot: ${refused.reason}`, {
      field: refused.group,
    });
  return { covered: chosen.filter((group) => whyNotCovered(group) === undefined), notCovered };
}

function whyNotCovered(group: Group): string | undefined {
  if (isWindowed(group)) return 'its windows are made again from its event history, which is no copy but the truth itself';
  if (group.storage === 'InMemory') return 'it is held in memory and has no history';
  if (group.keptIn === 'online') return 'it is kept online only and has no history';
  if (group.keptIn === 'offline') return 'it is history only: nothing of it is online';
  return undefined;
}

async function planGroup(objects: ObjectStore, catalogue: Catalogue, group: Group): Promise<PlannedGroup> {
  const { groupName, version, recordFeatures, offline } = resolveGroup(catalogue, group);
  if (offline === undefined)
    throw new TidemarkError('SNAPSHOT_OPTION_INVALID', `group ${group.name} has no offline store to take a snapshot of`, {
      field: group.name,
    });
  const historyBytes = await bytesUnder(objects, offline.location);
  const enough = 2 ** Math.ceil(Math.log2(Math.max(1, historyBytes / PART_BYTES)));
  return {
    group: group.name,
    groupName,
    version,
    ttlMs: group.ttlMs,
    columns: recordFeatures,
    history: offline,
    historyBytes,
    parts: Math.min(MOST_PARTS, enough),
  };
}

async function bytesUnder(objects: ObjectStore, location: string): Promise<number> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  let bytes = 0;
  for await (const { sizeBytes } of objects.list(bucket, `${prefix}/`)) bytes += sizeBytes;
  return bytes;
}

/** A schedule fires at least once. Who came first at this scheduled time has the snapshot; undefined: we do. */
async function claim(deps: SnapshotDependencies, { id, request }: SnapshotState): Promise<string | undefined> {
  if (request.scheduledTime === undefined) return undefined;
  const key = ledgerKeys.snapshotClaim(request.scheduledTime);
  if ((await deps.objects.putOnce(deps.ledger, key, printJson({ id }))) === 'created') return undefined;
  const holder = (await loadJson<{ id: string }>(deps.objects, deps.ledger, key))?.id;
  return holder === id ? undefined : holder;
}
