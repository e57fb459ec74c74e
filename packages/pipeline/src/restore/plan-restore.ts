/** First step of a restore: the snapshot is there, its groups are still what they were, and what goes where. */
import { type Definitions, isWindowed, TidemarkError } from '@tidemark/domain';
import { type CatalogueEntry, resolveGroup } from '../catalogue/catalogue.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { requireSnapshot } from '../snapshot/load-snapshot.ts';
import type { SnapshotGroup, SnapshotManifest } from '../snapshot/publish-snapshot.ts';
import type { RestoreDependencies } from './restore-dependencies.ts';
import type { PlannedRestore, RestoreGroup, RestorePlan, RestoreRequest, RestoreState } from './restore-plan.ts';

const INTO = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MOST_NAME_CHARS = 64;

/** @throws SNAPSHOT_UNKNOWN, SNAPSHOT_INCOMPATIBLE, SNAPSHOT_OPTION_INVALID */
export async function planRestore(deps: RestoreDependencies, { id, startedAt, request }: RestoreState): Promise<PlannedRestore> {
  const manifest = await requireSnapshot(deps.objects, deps.snapshotBucket, request.snapshot);
  const date = startedAt.slice(0, 10);
  const chosen = chooseGroups(deps.definitions, manifest, request);
  const groups = await Promise.all(chosen.map((group) => restoredGroup(deps, group, request)));
  const plan: RestorePlan = {
    id,
    date,
    startedAt,
    request,
    asOf: manifest.asOf,
    groups,
    parts: chosen.flatMap(({ group, parts }) => parts.filter(({ rows }) => rows > 0).map((part) => ({ group, ...part }))),
    streams: streamsOf(deps.definitions, request),
  };
  const planKey = ledgerKeys.restorePlan(date, id);
  const partListKey = ledgerKeys.restoreParts(date, id);
  await deps.objects.put(deps.ledger, planKey, printJson(plan));
  await deps.objects.put(deps.ledger, partListKey, JSON.stringify(plan.parts.map((_, index) => ({ index }))));
  return { id, ledger: deps.ledger, planKey, partListKey };
}

/** The name of the group that a restore `into` a suffix writes to. @throws SNAPSHOT_OPTION_INVALID */
export function targetOf(groupName: string, into: string | undefined): string {
  if (into === undefined) return groupName;
  const target = `${groupName}-${into}`;
  if (INTO.test(into) && target.length <= MOST_NAME_CHARS) return target;
  throw new TidemarkError(
    'SNAPSHOT_OPTION_INVALID',
    `into must be lower-case letters, digits and hyphens, and ${target} at most ${MOST_NAME_CHARS} characters`,
    { field: 'into' },
  );
}

export const requirePlan = (deps: Pick<RestoreDependencies, 'objects' | 'ledger'>, planKey: string): Promise<RestorePlan> =>
  requireJson<RestorePlan>(deps.objects, deps.ledger, planKey);

function chooseGroups(
  definitions: Definitions,
  { id, groups }: SnapshotManifest,
  { groups: asked }: RestoreRequest,
): readonly SnapshotGroup[] {
  const windowed = definitions.groups.filter(isWindowed);
  const known = new Set([...groups.map(({ group }) => group), ...windowed.map(({ name }) => name)]);
  const missing = asked?.find((name) => !known.has(name));
  if (missing !== undefined)
    throw new TidemarkError('GROUP_UNKNOWN', `snapshot ${id} has no group "${missing}"`, { field: missing });
  return groups.filter(({ group }) => asked?.includes(group) ?? true);
}

/** Streams of the windowed groups that are asked for. Windows have no other place to go: `into` leaves them alone. */
function streamsOf({ streamSources }: Definitions, { groups: asked, into }: RestoreRequest): string[] {
  if (into !== undefined) return [];
  const chosen = streamSources.filter(({ group }) => isWindowed(group) && (asked?.includes(group.name) ?? true));
  return [...new Set(chosen.map(({ stream }) => stream.name))];
}

async function restoredGroup(
  { definitions, catalogue }: RestoreDependencies,
  { group, columns, rows, contentHash }: SnapshotGroup,
  { into }: RestoreRequest,
): Promise<RestoreGroup> {
  const definition = definitions.groups.find(({ name }) => name === group);
  if (definition === undefined) {
    throw new TidemarkError('SNAPSHOT_INCOMPATIBLE', `group ${group} is no longer defined: restore the others with --group`, {
      field: group,
    });
  }
  const entry = resolveGroup(await catalogue(), definition);
  assertCompatible(group, columns, entry.recordFeatures);
  return { group, target: targetOf(entry.groupName, into), columns, ttlMs: definition.ttlMs, rows, contentHash };
}

/** A feature that was added since stays without a value; one that was retyped or removed has nowhere to go. */
function assertCompatible(group: string, then: CatalogueEntry['recordFeatures'], now: CatalogueEntry['recordFeatures']): void {
  for (const { name, type } of then) {
    const current = now.find((one) => one.name === name);
    if (current?.type === type) continue;
    const became = current === undefined ? 'is no longer there' : `is ${current.type} now`;
    throw new TidemarkError(
      'SNAPSHOT_INCOMPATIBLE',
      `feature ${name} of group ${group} was ${type} in the snapshot and ${became}: restore the other groups with --group`,
      { field: name },
    );
  }
}
