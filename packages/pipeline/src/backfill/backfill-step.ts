/** What every step of a group's backfill begins with: the lease is still its own, and here is its plan. */

import { holdLease } from '../lease/lease.ts';
import { requireJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import type { BackfillPlan, GroupBackfill } from './backfill-plan.ts';
import { leaseClaim, leaseDependencies } from './begin-backfill.ts';

/** @throws BACKFILL_OVERLAP when the lease has expired and another took it */
export async function enterStep(deps: BackfillDependencies, { id, startedAt, group }: GroupBackfill): Promise<BackfillPlan> {
  const plan = await requireJson<BackfillPlan>(
    deps.objects,
    deps.ledger,
    ledgerKeys.backfillPlan(dateOf(Date.parse(startedAt)), id, group),
  );
  await holdLease(leaseDependencies(deps), leaseClaim(id, group, plan.scheduledTime), 'BACKFILL_OVERLAP');
  return plan;
}
