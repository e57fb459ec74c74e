/**
 * Last step of a rebuild or redrive: add up the buckets, write the receipt, and only then take away what it accounts for.
 * The receipt is put once; a repetition answers with the one that is there and goes on with what is left.
 */
import { TidemarkError } from '@tidemark/domain';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import { addReasons } from './add-reasons.ts';
import type { RebuildDependencies } from './rebuild-dependencies.ts';
import {
  type BucketItem,
  type BucketResult,
  type FailureCounts,
  type PlannedGroup,
  type RebuildReceipt,
  type RebuildState,
  rebuildKeys,
} from './rebuild-plan.ts';

const MOST_KEYS_A_CALL = 1_000;

/** @throws WINDOW_HISTORY_BEHIND; REBUILD_INCOMPLETE when a bucket has no result, or redriven events do not add up */
export async function sealRebuild(deps: RebuildDependencies, state: RebuildState): Promise<RebuildReceipt> {
  const key = ledgerKeys.rebuild(dateOf(Date.parse(state.startedAt)), state.id);
  const receipt = (await loadJson<RebuildReceipt>(deps.objects, deps.ledger, key)) ?? (await prepareReceipt(deps, state));
  await deps.objects.putOnce(deps.ledger, key, printJson(receipt));
  const taken = receipt.failures?.objects ?? [];
  for (let at = 0; at < taken.length; at += MOST_KEYS_A_CALL)
    await deps.objects.remove(deps.ledger, taken.slice(at, at + MOST_KEYS_A_CALL));
  return receipt;
}

async function prepareReceipt(deps: RebuildDependencies, state: RebuildState): Promise<RebuildReceipt> {
  const { id, startedAt, request, plan } = state;
  const groups: Record<string, Omit<BucketResult, 'index'>> = {};
  for (const planned of plan?.value.groups ?? []) groups[planned.group] = await addBuckets(deps, id, planned);
  const missing = Object.values(groups).reduce((sum, one) => sum + one.missing, 0);
  if (missing > 0 && request.force !== true) {
    throw new TidemarkError(
      'WINDOW_HISTORY_BEHIND',
      `states counted ${missing} events that the event history does not have: they are as they were; run it again when it has, or let go of those events with force`,
    );
  }
  const failures = await loadJson<FailureCounts>(deps.objects, deps.workBucket, rebuildKeys.failures(id));
  if (failures !== undefined) assertAccounted(failures, Object.values(groups));
  return {
    id,
    mode: request.mode,
    stream: request.stream,
    startedAt,
    sealedAt: new Date(deps.waiting.nowMs()).toISOString(),
    groups,
    failures,
  };
}

async function addBuckets(deps: RebuildDependencies, id: string, { group, bucketListKey }: PlannedGroup) {
  const buckets = await requireJson<BucketItem[]>(deps.objects, deps.workBucket, bucketListKey);
  const results: BucketResult[] = [];
  for (const { index } of buckets) {
    const result = await loadJson<BucketResult>(deps.objects, deps.workBucket, rebuildKeys.result(id, group, index));
    if (result === undefined) throw new TidemarkError('REBUILD_INCOMPLETE', `bucket ${index} of group ${group} has no result`);
    results.push(result);
  }
  const sum = (pick: (result: BucketResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  return {
    entities: sum((one) => one.entities),
    changed: sum((one) => one.changed),
    rows: sum((one) => one.rows),
    missing: sum((one) => one.missing),
    accepted: sum((one) => one.accepted),
    duplicates: sum((one) => one.duplicates),
    refused: addReasons(results.map((one) => one.refused)),
  };
}

/** Every event for windows that was taken up has become something. */
function assertAccounted({ windowed }: FailureCounts, groups: readonly Omit<BucketResult, 'index'>[]): void {
  const total = groups.reduce(
    (sum, one) => sum + one.accepted + one.duplicates + Object.values(one.refused).reduce((all, count) => all + count, 0),
    0,
  );
  if (total !== windowed)
    throw new TidemarkError(
      'REBUILD_INCOMPLETE',
      `of ${windowed} redriven events ${total} are accounted for: nothing was taken away`,
    );
}
