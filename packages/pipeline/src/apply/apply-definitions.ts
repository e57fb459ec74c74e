/**
 * Makes the feature store agree with the definitions: creates and extends groups, makes the projected table of each in Glue
 * format, and writes the catalogue last, so that nothing is found before it is there. Doing it again changes nothing.
 */
import {
  type Definitions,
  isWindowed,
  physicalGroupName,
  stateFingerprint,
  storedGroups,
  TidemarkError,
  withTableFormat,
} from '@tidemark/domain';
import type { Catalogue, CatalogueEntry, OfflineTable } from '../catalogue/catalogue.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { DescribedGroup, FeatureGroups } from '../ports/feature-groups.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Tables } from '../ports/tables.ts';
import type { Waiting } from '../ports/waiting.ts';
import { type Change, planGroup, planWindows } from './plan-apply.ts';
import { projectedTableOf } from './projected-table.ts';

export interface ApplyDependencies {
  readonly definitions: Definitions;
  readonly stage: string;
  readonly groups: FeatureGroups;
  readonly tables: Tables;
  readonly objects: ObjectStore;
  readonly ledger: string;
  /** Glue database of our own tables. */
  readonly database: string;
  readonly waiting: Waiting;
}

const POLL_MS = 500;
const MOST_WAIT_MS = 15 * 60_000;

/** @param options.rebuildWindows Whether windows may become what their stored state cannot be read as. */
export async function planApply(
  deps: Pick<ApplyDependencies, 'definitions' | 'stage' | 'groups' | 'objects' | 'ledger'>,
  options: { readonly rebuildWindows?: boolean } = {},
): Promise<Change[]> {
  const catalogue = await loadJson<Catalogue>(deps.objects, deps.ledger, ledgerKeys.catalogue());
  const changes: Change[] = [];
  for (const declared of deps.definitions.groups) {
    for (const group of storedGroups({ groups: [declared] })) {
      const groupName = physicalGroupName(deps.stage, group);
      changes.push(
        ...planGroup(withTableFormat(group, deps.stage), groupName, await deps.groups.describe(groupName), declared.name),
      );
    }
    if (!isWindowed(declared)) continue;
    const groupName = physicalGroupName(deps.stage, declared);
    const entry = catalogue?.groups[declared.name];
    const stored = entry?.groupName === groupName ? entry.windows : undefined;
    changes.push(...planWindows(declared, groupName, stored, stateFingerprint(declared), options.rebuildWindows === true));
  }
  return changes;
}

/** @throws DEFINITION_INCOMPATIBLE naming each group that cannot follow its definition, and the way out */
export function assertApplicable(changes: readonly Change[]): void {
  const refused = changes.filter((change) => change.kind === 'refused');
  if (refused.length > 0) {
    throw new TidemarkError('DEFINITION_INCOMPATIBLE', refused.map((change) => `${change.group}: ${change.reason}`).join('\n'));
  }
}

/** @throws DEFINITION_INCOMPATIBLE before anything is changed; CATALOGUE_CONFLICT */
export async function applyDefinitions(deps: ApplyDependencies, changes: readonly Change[]): Promise<Catalogue> {
  assertApplicable(changes);
  for (const change of changes) await applyChange(deps, change);
  await deps.tables.ensureDatabase(deps.database);
  const entries: Record<string, CatalogueEntry> = {};
  for (const group of storedGroups(deps.definitions)) {
    const groupName = physicalGroupName(deps.stage, group);
    const described = await awaitGroup(deps, groupName);
    const declared = deps.definitions.groups.find((one) => one.name === group.name && one.version === group.version);
    entries[group.name] = {
      groupName,
      version: group.version,
      recordFeatures: described.features.map(({ name, type }) => ({ name, type })),
      ...(declared !== undefined && isWindowed(declared) ? { windows: stateFingerprint(declared) } : {}),
      offline: described.offline === undefined ? undefined : await offlineTable(deps, groupName, described, described.offline),
    };
  }
  return saveCatalogue(deps, entries);
}

async function applyChange(deps: ApplyDependencies, change: Change): Promise<void> {
  const group = storedGroups(deps.definitions).find((one) => physicalGroupName(deps.stage, one) === change.groupName);
  if (group === undefined) return;
  if (change.kind === 'create') await deps.groups.create(change.groupName, withTableFormat(group, deps.stage));
  if (change.kind === 'add-features') await deps.groups.addFeatures(change.groupName, change.features);
  if (change.kind === 'set-ttl') await deps.groups.setTtl(change.groupName, change.toMs);
  if (change.kind === 'create' || change.kind === 'add-features' || change.kind === 'set-ttl')
    await awaitGroup(deps, change.groupName);
}

/** Waits until the group is usable and its last update is through. @throws DEPENDENCY_FAILED with the service's reason */
export async function awaitGroup(
  deps: Pick<ApplyDependencies, 'groups' | 'waiting'>,
  groupName: string,
): Promise<DescribedGroup> {
  for (const untilMs = deps.waiting.nowMs() + MOST_WAIT_MS; deps.waiting.nowMs() < untilMs; ) {
    const group = await deps.groups.describe(groupName);
    if (group === undefined || group.status.includes('Failed') || group.updateStatus === 'Failed') {
      throw new TidemarkError(
        'DEPENDENCY_FAILED',
        `feature group ${groupName} failed: ${group?.failureReason ?? 'it does not exist'}`,
      );
    }
    if (group.status === 'Created' && group.updateStatus !== 'InProgress') return group;
    await deps.waiting.sleep(POLL_MS);
  }
  throw new TidemarkError('DEPENDENCY_FAILED', `feature group ${groupName} did not become ready within 15 minutes`);
}

async function offlineTable(
  deps: ApplyDependencies,
  groupName: string,
  described: DescribedGroup,
  { tableFormat, ...offline }: NonNullable<DescribedGroup['offline']>,
): Promise<OfflineTable> {
  if (tableFormat === 'iceberg') return { ...offline, tableFormat };
  const table = projectedTableOf(deps.database, groupName, described.features, offline.location);
  await deps.tables.put(table);
  return { ...offline, projectedDatabase: deps.database, projectedTable: table.name };
}

/** Written only when something changed, and only over the state that was read. */
async function saveCatalogue(deps: ApplyDependencies, groups: Catalogue['groups']): Promise<Catalogue> {
  const key = ledgerKeys.catalogue();
  const head = await deps.objects.head({ bucket: deps.ledger, key });
  const current = await loadJson<Catalogue>(deps.objects, deps.ledger, key);
  const merged = { ...current?.groups, ...groups };
  if (current !== undefined && JSON.stringify(current.groups) === JSON.stringify(merged)) return current;
  const next: Catalogue = { version: (current?.version ?? 0) + 1, stage: deps.stage, groups: merged };
  if ((await deps.objects.replace(deps.ledger, key, printJson(next), head?.etag)) === 'conflict') {
    throw new TidemarkError('CATALOGUE_CONFLICT', 'somebody else changed the catalogue at the same time: run the command again');
  }
  return next;
}
