/** Last step of a restore: add up the parts, check that none is missing, write the receipt. An idempotent sum. */
import { TidemarkError } from '@tidemark/domain';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { groupHashOf } from '../snapshot/row-digests.ts';
import { requirePlan } from './plan-restore.ts';
import type { RestoreDependencies } from './restore-dependencies.ts';
import type { PlannedRestore, RestoreCounts, RestoreGroup, RestoreReceipt, RestoreResult } from './restore-plan.ts';
import type { RestoredWindows } from './restore-windows.ts';

/** @throws RESTORE_INCOMPLETE; RESTORE_UNEQUAL and RESTORE_WINDOWS_FAILED, with the receipt written */
export async function sealRestore(
  deps: Pick<RestoreDependencies, 'objects' | 'ledger' | 'waiting'>,
  { planKey, windows }: PlannedRestore & { readonly windows?: { readonly value: RestoredWindows } },
): Promise<RestoreReceipt> {
  const plan = await requirePlan(deps, planKey);
  const receiptKey = ledgerKeys.restore(plan.date, plan.id);
  let receipt = await loadJson<RestoreReceipt>(deps.objects, deps.ledger, receiptKey);
  if (receipt === undefined) {
    const results = await Promise.all(
      plan.parts.map((_, index) =>
        requireJson<RestoreResult>(deps.objects, deps.ledger, ledgerKeys.restoreResult(plan.date, plan.id, index)),
      ),
    );
    receipt = {
      id: plan.id,
      snapshot: plan.request.snapshot,
      asOf: plan.asOf,
      exact: plan.request.exact === true,
      startedAt: plan.startedAt,
      finishedAt: new Date(Math.max(deps.waiting.nowMs(), Date.parse(plan.startedAt))).toISOString(),
      counts: sumCounts(results),
      windows: windows?.value.streams ?? [],
      groups: plan.groups.map((group) =>
        groupReceipt(
          group,
          results.filter((one) => one.group === group.group),
        ),
      ),
    };
    await deps.objects.putOnce(deps.ledger, receiptKey, printJson(receipt));
  }
  if (receipt.counts.unequal > 0) {
    throw new TidemarkError(
      'RESTORE_UNEQUAL',
      `${receipt.counts.unequal} of ${receipt.counts.rows} records were not read back as they were written: restore again`,
    );
  }
  const failed = receipt.windows.find(({ status }) => status !== 'SUCCEEDED');
  if (failed !== undefined) {
    throw new TidemarkError(
      'RESTORE_WINDOWS_FAILED',
      `the windows fed by stream ${failed.stream} were not made again: execution ${failed.execution} of rebuild-windows ended as ${failed.status}`,
    );
  }
  return receipt;
}

function groupReceipt(group: RestoreGroup, results: readonly RestoreResult[]): RestoreReceipt['groups'][number] {
  const counts = sumCounts(results);
  const judged = counts.equal + counts.newer + counts.expired + counts.hidden + counts.unequal;
  if (counts.rows !== group.rows || judged !== group.rows) {
    throw new TidemarkError(
      'RESTORE_INCOMPLETE',
      `the parts of group ${group.group} hold ${counts.rows} rows, ${judged} of them judged, where the snapshot has ${group.rows}`,
    );
  }
  return {
    group: group.group,
    target: group.target,
    ...counts,
    contentHash: groupHashOf(Object.assign({}, ...results.map(({ digests }) => digests))),
    snapshotHash: group.contentHash,
  };
}

function sumCounts(results: readonly RestoreCounts[]): RestoreCounts {
  const sum = (pick: (one: RestoreCounts) => number) => results.reduce((total, one) => total + pick(one), 0);
  return {
    rows: sum(({ rows }) => rows),
    written: sum(({ written }) => written),
    equal: sum(({ equal }) => equal),
    newer: sum(({ newer }) => newer),
    expired: sum(({ expired }) => expired),
    hidden: sum(({ hidden }) => hidden),
    unequal: sum(({ unequal }) => unequal),
  };
}
