import { hash } from 'node:crypto';
import { TidemarkError } from '@tidemark/domain';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { printSnapshotQuery } from './prepare-snapshot-query.ts';
import { groupHashOf } from './row-digests.ts';
import type { SnapshotDependencies } from './snapshot-dependencies.ts';
import {
  type PlannedGroup,
  type QueriedGroup,
  type SnapshotPart,
  type SnapshotPlan,
  type SnapshotState,
  snapshotKeys,
  snapshotWorkKeys,
  type UncoveredGroup,
} from './snapshot-plan.ts';

export interface SnapshotGroup {
  readonly group: string;
  readonly groupName: string;
  readonly version: number;
  /** Records whose time to live had passed at `asOf` are left out; null: they stay for ever. */
  readonly ttlMs: number | null;
  readonly columns: PlannedGroup['columns'];
  /** Entities that were live. */
  readonly rows: number;
  readonly sizeBytes: number;
  /** See row-digests.ts: the same whatever the files. */
  readonly contentHash: string;
  readonly parts: readonly SnapshotPart[];
  readonly query: { readonly id: string; readonly sha256: string; readonly statistics: Readonly<Record<string, unknown>> };
}

/** The evidence of a snapshot: of which instant and why that one, what is in it and what is not. Anyone can recompute it. */
export interface SnapshotManifest {
  readonly id: string;
  readonly createdAt: string;
  /** Every record is as the online store held it at this instant: the latest of those that had arrived before. */
  readonly asOf: string;
  /** Why not later: the history is complete only up to so long before `createdAt`. */
  readonly offlineDelaySeconds: number;
  readonly rows: number;
  /** SHA-256 of a line `group hash\n` for each group, by name. */
  readonly contentHash: string;
  readonly location: string;
  readonly groups: readonly SnapshotGroup[];
  readonly notCovered: readonly UncoveredGroup[];
  /** Hard deletes and times to live of single records leave no trace in the history. */
  readonly blindTo: readonly string[];
}

const BLIND_TO = ['hard deletes of the online store only', 'times to live of single records'];

/** The manifest beside the files, then in the ledger, last: what has none there is no snapshot. */
export async function publishSnapshot(deps: SnapshotDependencies, state: SnapshotState): Promise<SnapshotManifest> {
  const plan = await requireJson<SnapshotPlan>(deps.objects, deps.workBucket, snapshotWorkKeys.plan(state.id));
  const groups = await Promise.all(plan.groups.map((group) => sealedGroup(deps, plan, group, state.queried ?? [])));
  const manifest: SnapshotManifest = {
    id: plan.id,
    createdAt: plan.startedAt,
    asOf: plan.asOf,
    offlineDelaySeconds: plan.offlineDelaySeconds,
    rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    contentHash: snapshotHashOf(groups),
    location: `s3://${deps.snapshotBucket}/${snapshotKeys.all(plan.id)}`,
    groups,
    notCovered: plan.notCovered,
    blindTo: BLIND_TO,
  };
  const body = printJson(manifest);
  await deps.objects.put(deps.snapshotBucket, snapshotKeys.manifest(plan.id), body);
  await deps.objects.putOnce(deps.ledger, ledgerKeys.snapshot(plan.startedAt.slice(0, 10), plan.id), body);
  return manifest;
}

export function snapshotHashOf(groups: readonly { readonly group: string; readonly contentHash: string }[]): string {
  const lines = groups.map(({ group, contentHash }) => `${group} ${contentHash}\n`);
  return hash('sha256', lines.sort().join(''));
}

async function sealedGroup(
  deps: SnapshotDependencies,
  plan: SnapshotPlan,
  group: PlannedGroup,
  queried: readonly QueriedGroup[],
): Promise<SnapshotGroup> {
  const query = queried.find((one) => one.group === group.group);
  if (query === undefined) throw new TidemarkError('INTERNAL', `group ${group.group} of snapshot ${plan.id} was not queried`);
  const parts = await Promise.all(
    Array.from({ length: group.parts }, (_, part) =>
      requireJson<SnapshotPart>(deps.objects, deps.workBucket, snapshotWorkKeys.part(plan.id, group.group, part)),
    ),
  );
  const location = `s3://${deps.snapshotBucket}/${snapshotKeys.attempt(plan.id, group.group, query.attempt)}`;
  return {
    group: group.group,
    groupName: group.groupName,
    version: group.version,
    ttlMs: group.ttlMs ?? null,
    columns: group.columns,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    sizeBytes: parts.flatMap(({ files }) => files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    contentHash: groupHashOf(Object.assign({}, ...parts.map(({ digests }) => digests))),
    parts,
    query: {
      id: query.queryId,
      sha256: hash('sha256', printSnapshotQuery(plan, group, location)),
      statistics: query.statistics,
    },
  };
}
