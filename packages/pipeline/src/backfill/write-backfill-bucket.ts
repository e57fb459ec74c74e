/**
 * One bucket of the comparison's answer: counts what the history says about its rows and writes those that it lacks or has
 * otherwise. All but the newest of an entity go to the offline store only; an older one never goes online, since the store
 * refuses it. Athena's files are taken one by one, which bounds the memory. The result is put once.
 */
import { CANDIDATE_STATE } from '@tidemark/sql';
import { readParquetColumns } from '../files/parquet-write.ts';
import { writeEntries } from '../ingest/write-records.ts';
import { printJson } from '../ledger/json-objects.ts';
import type { WriteEntry } from '../ports/feature-store.ts';
import type { BackfillWriteDependencies } from './backfill-dependencies.ts';
import { type BucketResult, backfillKeys, type GroupBackfill } from './backfill-plan.ts';
import { findBackfilled } from './backfill-request.ts';
import { enterStep } from './backfill-step.ts';
import { recordOfAnswer } from './candidates.ts';
import { replaceEqualTimes } from './replace-equal-times.ts';

export interface BucketRequest extends GroupBackfill {
  readonly attempt: number;
  readonly index: number;
}

export async function writeBackfillBucket(deps: BackfillWriteDependencies, request: BucketRequest): Promise<{ index: number }> {
  const { id, group: name, attempt, index } = request;
  const plan = await enterStep(deps, request);
  const resultKey = backfillKeys.bucketResult(id, name, index);
  if ((await deps.objects.head({ bucket: deps.workBucket, key: resultKey })) !== undefined) return { index };

  const { group } = findBackfilled(deps.definitions, name);
  const counts = [0, 0, 0, 0];
  let [online, offlineOnly, replaced] = [0, 0, 0];
  const prefix = `${backfillKeys.compared(id, name, attempt)}bucket=${index}/`;
  for await (const { key } of deps.objects.list(deps.workBucket, prefix)) {
    const columns = await readParquetColumns((await deps.objects.read({ bucket: deps.workBucket, key })) ?? new Uint8Array());
    const cell = (column: string, row: number) => columns[column]?.[row];
    const features = Object.keys(group.features).map((_, at) => `f${at + 1}`);
    const entries: WriteEntry[] = [];
    for (let row = 0; row < (columns.state?.length ?? 0); row++) {
      const state = Number(cell('state', row));
      counts[state] = (counts[state] ?? 0) + 1;
      if (state < CANDIDATE_STATE.absent) continue;
      const record = recordOfAnswer(group, {
        entityKey: cell('entity_key', row),
        eventTime: cell('event_time', row),
        cells: features.map((feature) => cell(feature, row)),
      });
      entries.push({ groupName: plan.groupName, record, stores: cell('newest', row) === true ? 'both' : 'offline' });
    }
    const newest = entries.filter(({ stores }) => stores === 'both');
    online += newest.length;
    offlineOnly += entries.length - newest.length;
    if (plan.dryRun) continue;
    await writeEntries(
      deps,
      entries.filter(({ stores }) => stores === 'offline'),
    );
    await writeEntries(deps, newest);
    replaced += await replaceEqualTimes(deps, group, newest);
  }
  const [unchanged = 0, superseded = 0, absent = 0, changed = 0] = counts;
  const result: BucketResult = { unchanged, superseded, absent, changed, online, offlineOnly, replaced };
  await deps.objects.putOnce(deps.workBucket, resultKey, printJson(result));
  return { index };
}
