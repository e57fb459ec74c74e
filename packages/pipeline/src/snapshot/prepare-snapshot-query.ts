import { TidemarkError } from '@tidemark/domain';
import { PART_COLUMN, planSnapshotQuery, printUnload } from '@tidemark/sql';
import { requireJson } from '../ledger/json-objects.ts';
import { removeAll } from '../ledger/remove-all.ts';
import type { SnapshotDependencies } from './snapshot-dependencies.ts';
import { type PlannedGroup, type SnapshotPlan, snapshotKeys, snapshotWorkKeys } from './snapshot-plan.ts';

export interface PreparedSnapshotQuery {
  readonly queryString: string;
  readonly resultLocation: string;
}

const SQL_TYPE = { String: 'varchar', Integral: 'bigint', Fractional: 'double' } as const;

/** The statement of one attempt for one group. Whatever an earlier start of this very attempt left is removed: the target must be empty. */
export async function prepareSnapshotQuery(
  deps: SnapshotDependencies,
  { id, group, attempt }: { readonly id: string; readonly group: string; readonly attempt: number },
): Promise<PreparedSnapshotQuery> {
  const plan = await requireJson<SnapshotPlan>(deps.objects, deps.workBucket, snapshotWorkKeys.plan(id));
  const prefix = snapshotKeys.attempt(id, group, attempt);
  await removeAll(deps.objects, deps.snapshotBucket, prefix);
  return {
    queryString: printSnapshotQuery(plan, plannedGroup(plan, group), `s3://${deps.snapshotBucket}/${prefix}`),
    resultLocation: `s3://${deps.workBucket}/${snapshotWorkKeys.results(id)}`,
  };
}

export function printSnapshotQuery({ asOf }: SnapshotPlan, group: PlannedGroup, location: string): string {
  const query = planSnapshotQuery({
    table: { database: group.history.database, name: group.history.table },
    columns: group.columns.map(({ name, type }) => ({ feature: name, type: SQL_TYPE[type] })),
    asOfSecond: BigInt(Date.parse(asOf)) / 1_000n,
    ttlSeconds: group.ttlMs === undefined ? undefined : BigInt(group.ttlMs) / 1_000n,
    parts: group.parts,
  });
  return printUnload(query, { location, partitionedBy: [PART_COLUMN], compression: 'SNAPPY' });
}

export function plannedGroup(plan: SnapshotPlan, name: string): PlannedGroup {
  const group = plan.groups.find((one) => one.group === name);
  if (group === undefined) throw new TidemarkError('INTERNAL', `the plan of snapshot ${plan.id} has no group ${name}`);
  return group;
}
