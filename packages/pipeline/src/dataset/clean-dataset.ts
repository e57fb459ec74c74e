import { removeAll } from '../ledger/remove-all.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type DatasetState, datasetKeys, labelTableOf, workKeys } from './dataset-plan.ts';

/** Removes what lay about while the data set was built; after a failure also the parts, since nothing was published. */
export async function cleanDataset(
  deps: DatasetDependencies,
  state: DatasetState & { readonly failure?: unknown },
): Promise<void> {
  await deps.tables.drop(deps.database, labelTableOf(state.id));
  await removeAll(deps.objects, deps.workBucket, workKeys.all(state.id));
  await deps.objects.remove(deps.ledger, [`dataset-work/${state.id}/ranges.json`]);
  if (state.failure !== undefined)
    await removeAll(deps.objects, deps.datasetBucket, datasetKeys.part(state.id, 0).replace(/part-.*$/, ''));
}
