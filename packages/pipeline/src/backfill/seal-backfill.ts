/**
 * Adds up what the steps found, checks that every row read is accounted for, and puts the receipt once. Then the schedule's
 * progress moves on: a crash in between is repaired by the repetition, which finds the receipt.
 */
import { TidemarkError } from '@tidemark/domain';
import { addReasons } from '../ingest/map-row.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import {
  type BackfillPlan,
  type BackfillProgress,
  type BackfillReceipt,
  type BucketResult,
  backfillKeys,
  type ComparedBackfill,
  type GroupBackfill,
  type ReadResult,
} from './backfill-plan.ts';
import { enterStep } from './backfill-step.ts';
import { loadResults } from './load-results.ts';

export interface SealRequest extends GroupBackfill {
  readonly compared: { readonly value: ComparedBackfill };
}

export async function sealBackfill(deps: BackfillDependencies, request: SealRequest): Promise<BackfillReceipt> {
  const plan = await enterStep(deps, request);
  const receiptKey = ledgerKeys.backfillReceipt(dateOf(Date.parse(plan.startedAt)), plan.id, plan.group);
  const existing = await loadJson<BackfillReceipt>(deps.objects, deps.ledger, receiptKey);
  const receipt = existing ?? (await addUp(deps, plan, request.compared.value));
  // A dry run is no evidence of anything that was done.
  if (plan.dryRun) return receipt;
  await deps.objects.putOnce(deps.ledger, receiptKey, printJson(receipt));
  await moveOn(deps, receipt, receiptKey);
  return receipt;
}

async function addUp(deps: BackfillDependencies, plan: BackfillPlan, compared: ComparedBackfill): Promise<BackfillReceipt> {
  const { id, group } = plan;
  const reads = await loadResults<ReadResult>(deps.objects, deps.workBucket, backfillKeys.readResults(id, group));
  const buckets = await loadResults<BucketResult>(deps.objects, deps.workBucket, backfillKeys.bucketResults(id, group));
  const ofReads = (pick: (one: ReadResult) => number) => reads.reduce((sum, one) => sum + pick(one), 0);
  const ofBuckets = (pick: (one: BucketResult) => number) => buckets.reduce((sum, one) => sum + pick(one), 0);
  const found = { absent: ofBuckets((one) => one.absent), changed: ofBuckets((one) => one.changed) };
  const rows = {
    read: ofReads((one) => one.rows),
    outside: ofReads((one) => one.outside),
    quarantined: ofReads((one) => one.quarantined),
    unchanged: ofBuckets((one) => one.unchanged),
    superseded: ofBuckets((one) => one.superseded),
    written: found.absent + found.changed,
  };
  const writes = {
    online: ofBuckets((one) => one.online),
    offlineOnly: ofBuckets((one) => one.offlineOnly),
    replaced: ofBuckets((one) => one.replaced),
  };
  const accounted = rows.outside + rows.quarantined + rows.unchanged + rows.superseded + rows.written;
  if (rows.read !== accounted || writes.online + writes.offlineOnly !== rows.written) {
    throw new TidemarkError(
      'BACKFILL_INCOMPLETE',
      `of ${rows.read} rows of ${group} ${accounted} are accounted for, and ${writes.online + writes.offlineOnly} of ${rows.written} were written`,
    );
  }
  return {
    id,
    status: plan.dryRun ? 'dry-run' : 'sealed',
    group,
    groupName: plan.groupName,
    scheduledTime: plan.scheduledTime,
    window: plan.window,
    definitionHashes: plan.definitionHashes,
    files: { read: plan.files, refused: ofReads((one) => one.refusedFiles), bytes: plan.bytes },
    rows,
    found,
    writes,
    reasons: addReasons(reads),
    scannedBytes: compared.estimatedScanBytes,
    startedAt: plan.startedAt,
    sealedAt: new Date(deps.waiting.nowMs()).toISOString(),
  };
}

const MOST_ATTEMPTS = 5;

/** Forward only. Whoever holds the lease writes this alone; the state that was read is replaced all the same. */
async function moveOn(deps: BackfillDependencies, receipt: BackfillReceipt, receiptKey: string): Promise<void> {
  const key = ledgerKeys.backfillProgress(receipt.group);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const head = await deps.objects.head({ bucket: deps.ledger, key });
    const progress = head === undefined ? undefined : await loadJson<BackfillProgress>(deps.objects, deps.ledger, key);
    const scheduled = receipt.scheduledTime !== undefined && isLater(receipt.scheduledTime, progress?.sealedTo);
    const next: BackfillProgress = {
      sealedTo: scheduled ? receipt.scheduledTime : progress?.sealedTo,
      receiptKey: scheduled ? receiptKey : progress?.receiptKey,
      writtenReceiptKey: receipt.rows.written > 0 ? receiptKey : progress?.writtenReceiptKey,
    };
    if (JSON.stringify(next) === JSON.stringify(progress)) return;
    if ((await deps.objects.replace(deps.ledger, key, printJson(next), head?.etag)) === 'replaced') return;
  }
  throw new TidemarkError('DEPENDENCY_FAILED', `${key} changed each time that it was to be written: try again`);
}

const isLater = (one: string, other: string | undefined) => other === undefined || Date.parse(one) > Date.parse(other);
