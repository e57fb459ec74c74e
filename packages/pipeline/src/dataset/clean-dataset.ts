import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type DatasetState, datasetKeys, labelTableOf, workKeys } from './dataset-plan.ts';

const MOST_KEYS_A_CALL = 1_000;

/** Removes what lay about while the data set was built; after a failure also the parts, since nothing was published. */
export async function cleanDataset(
  deps: DatasetDependencies,
  state: DatasetState & { readonly failure?: unknown },
): Promise<void> {
  await deps.tables.drop(deps.database, labelTableOf(state.id));
  await removeAll(deps, deps.workBucket, workKeys.all(state.id));
  await deps.objects.remove(deps.ledger, [`dataset-work/${state.id}/ranges.json`]);
  if (state.failure !== undefined)
    await removeAll(deps, deps.datasetBucket, datasetKeys.part(state.id, 0).replace(/part-.*$/, ''));
}

async function removeAll(deps: DatasetDependencies, bucket: string, prefix: string): Promise<void> {
  let keys: string[] = [];
  for await (const { key } of deps.objects.list(bucket, prefix)) {
    keys.push(key);
    if (keys.length === MOST_KEYS_A_CALL) {
      await deps.objects.remove(bucket, keys);
      keys = [];
    }
  }
  if (keys.length > 0) await deps.objects.remove(bucket, keys);
}
