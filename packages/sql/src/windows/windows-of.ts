import { TidemarkError } from '@tidemark/domain';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import type { NamedQuery, SelectColumn } from '../tree.ts';
import { blockWindows } from './block-windows.ts';
import { eventHistory } from './event-history.ts';
import type { PlanWindows } from './plan-windows.ts';
import { runningName, runningWindows } from './running-windows.ts';
import { finishedValue } from './window-parts.ts';

export interface WindowQueries {
  readonly queries: readonly NamedQuery[];
  /** Those of them that hold one row per label, with `label_row`; together they have what `columns` needs. */
  readonly answers: readonly string[];
  readonly columns: readonly SelectColumn[];
}

/**
 * Windows at every label's time: nothing in a window is 0 for counts, sums and distinct values, else NULL; NULL for a label without key.
 * @throws PIT_OPTION_INVALID where knowledge is by arrival, FEATURE_UNKNOWN for a window that the group does not have.
 */
export function windowsOf(plan: PointInTimePlan, windows: PlanWindows): WindowQueries {
  if (plan.knowledge === 'arrival-time') {
    throw new TidemarkError('PIT_OPTION_INVALID', `windows are known by event time only: leave out knowledge, or the windows`, {
      field: 'knowledge',
    });
  }
  const unknown = windows.columns.find((one) => !windows.windowed.layout.aggregates.some(({ name }) => name === one.feature));
  if (unknown !== undefined)
    throw new TidemarkError('FEATURE_UNKNOWN', `there is no window "${unknown.feature}"`, { field: unknown.feature });
  const blocks = blockWindows(plan, windows);
  return {
    queries: [...eventHistory(plan, windows), ...runningWindows(plan, windows), ...blocks.flatMap((one) => one.queries)],
    answers: [runningName(windows), ...blocks.map((one) => one.name)],
    columns: windows.columns.map(({ output, feature }) => ({ value: finishedValue(windows, feature), as: output })),
  };
}
