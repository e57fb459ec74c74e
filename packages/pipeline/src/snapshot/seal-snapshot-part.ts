import { PART_COLUMN } from '@tidemark/sql';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { loadPart } from './load-part.ts';
import { plannedGroup } from './prepare-snapshot-query.ts';
import type { SnapshotDependencies } from './snapshot-dependencies.ts';
import {
  type QueriedGroup,
  type SnapshotFile,
  type SnapshotPart,
  type SnapshotPlan,
  snapshotKeys,
  snapshotWorkKeys,
} from './snapshot-plan.ts';

/** What the distributed Map hands to `seal-snapshot-part`. */
export interface PartToSeal {
  readonly id: string;
  readonly group: string;
  readonly part: number;
  readonly queried: readonly Pick<QueriedGroup, 'group' | 'attempt'>[];
}

/** Reads back what the query wrote of one part, counts and hashes it. */
export async function sealSnapshotPart(
  deps: SnapshotDependencies,
  { id, group, part, queried }: PartToSeal,
): Promise<{ group: string; part: number }> {
  const plan = await requireJson<SnapshotPlan>(deps.objects, deps.workBucket, snapshotWorkKeys.plan(id));
  const attempt = queried.find((one) => one.group === group)?.attempt ?? 0;
  const files: SnapshotFile[] = [];
  const prefix = `${snapshotKeys.attempt(id, group, attempt)}${PART_COLUMN}=${part}/`;
  for await (const { key, sizeBytes } of deps.objects.list(deps.snapshotBucket, prefix)) files.push({ key, sizeBytes });
  const keys = files.map(({ key }) => key);
  const rows = await loadPart(deps.objects, deps.snapshotBucket, keys, plannedGroup(plan, group).columns);
  const sealed: SnapshotPart = { part, rows: rows.keys.length, files, digests: rows.digests };
  await deps.objects.put(deps.workBucket, snapshotWorkKeys.part(id, group, part), printJson(sealed));
  return { group, part };
}
