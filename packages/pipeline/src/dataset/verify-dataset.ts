import { TidemarkError } from '@tidemark/domain';
import { requireJson } from '../ledger/json-objects.ts';
import { contentHashOf } from './content-hash.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type DatasetState, type PreparedLabels, type RangeResult, type VerifiedDataset, workKeys } from './dataset-plan.ts';

/**
 * Adds up the ranges and proves the whole: every label once, in order, none from the future.
 * @throws PIT_ROWS_LOST, PIT_FUTURE_VALUE: such a data set is never published
 */
export async function verifyDataset(deps: DatasetDependencies, state: DatasetState): Promise<VerifiedDataset> {
  const prepared = await requireJson<PreparedLabels>(deps.objects, deps.workBucket, workKeys.prepared(state.id));
  const ranges = await Promise.all(
    prepared.ranges.map(({ index }) =>
      requireJson<RangeResult>(deps.objects, deps.workBucket, workKeys.rangeResult(state.id, index)),
    ),
  );
  let next = 0;
  for (const range of ranges) {
    if (range.firstRow !== next || range.lastRow !== next + range.rows - 1) {
      throw new TidemarkError(
        'PIT_ROWS_LOST',
        `range ${range.index} holds rows ${range.firstRow} to ${range.lastRow} where row ${next} was to follow`,
      );
    }
    next += range.rows;
  }
  if (next !== prepared.rows)
    throw new TidemarkError('PIT_ROWS_LOST', `the data set has ${next} rows for ${prepared.rows} labels`);
  const verified = sumRanges(ranges);
  if (verified.futureValues > 0) {
    throw new TidemarkError(
      'PIT_FUTURE_VALUE',
      `${verified.futureValues} values are from after their label's time: the data set is not published`,
    );
  }
  return verified;
}

function sumRanges(ranges: readonly RangeResult[]): VerifiedDataset {
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  const features = Object.keys(ranges[0]?.present ?? {});
  const joins = Object.keys(ranges[0]?.states ?? {});
  const states = (join: string, state: 'value' | 'missing' | 'expired') =>
    ranges.reduce((sum, range) => sum + (range.states[join]?.[state] ?? 0), 0);
  return {
    rows,
    futureValues: ranges.reduce((sum, range) => sum + range.futureValues, 0),
    ties: ranges.reduce((sum, range) => sum + range.ties, 0),
    coverage: Object.fromEntries(
      features.map((feature) => [feature, ranges.reduce((sum, range) => sum + (range.present[feature] ?? 0), 0) / rows]),
    ),
    states: Object.fromEntries(
      joins.map((join) => [
        join,
        { value: states(join, 'value'), missing: states(join, 'missing'), expired: states(join, 'expired') },
      ]),
    ),
    contentHash: contentHashOf(ranges.flatMap((range) => range.blocks)),
    files: ranges.map(({ key, rows: count, sizeBytes }) => ({ key, rows: count, sizeBytes })),
  };
}
