import { releaseLease } from '../lease/lease.ts';
import { removeAll } from '../ledger/remove-all.ts';
import type { Tables } from '../ports/tables.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { type BackfillReceipt, type BegunBackfill, backfillKeys, candidateTableOf, type GroupFailure } from './backfill-plan.ts';
import { leaseClaim, leaseDependencies } from './begin-backfill.ts';

export interface EndRequest {
  readonly id: string;
  readonly begun?: { readonly value: BegunBackfill };
  /** Of each group that was begun: its receipt, why there is none, or `sealed` before. */
  readonly ended?: readonly ({ readonly receipt: BackfillReceipt } | GroupFailure | { readonly outcome: 'sealed' })[];
}

export interface EndedBackfill {
  readonly receipts: readonly BackfillReceipt[];
  /** Groups whose scheduled time was sealed before. */
  readonly sealed: number;
  readonly failures: readonly GroupFailure[];
}

/** Last state, also after a failure: leases are given back, and what lay about is removed. */
export async function endBackfill(
  deps: BackfillDependencies & { readonly tables: Tables; readonly database: string },
  { id, begun, ended = [] }: EndRequest,
): Promise<EndedBackfill> {
  // Of all groups: who failed while he took the leases does not know which he has.
  for (const { name } of deps.definitions.groups) {
    await releaseLease(leaseDependencies(deps), leaseClaim(id, name));
    await removeAll(deps.objects, deps.workBucket, backfillKeys.all(id, name));
  }
  for (const { group } of begun?.value.groups ?? []) await deps.tables.drop(deps.database, candidateTableOf(id, group));
  return {
    receipts: ended.flatMap((one) => ('receipt' in one ? [one.receipt] : [])),
    sealed: ended.filter((one) => 'outcome' in one).length,
    failures: [...(begun?.value.overlaps ?? []), ...ended.flatMap((one) => ('failure' in one ? [one] : []))],
  };
}
