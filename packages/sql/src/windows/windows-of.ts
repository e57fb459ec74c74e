import { TidemarkError } from '@tidemark/domain';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import { column, integer, type NamedQuery, operation, type Select, type SelectColumn } from '../tree.ts';
import { blockColumns, blockEnds, blockWindows, joinedEnds } from './block-windows.ts';
import { eventHistory } from './event-history.ts';
import { LABEL, movesOf } from './moves.ts';
import type { PlanWindows } from './plan-windows.ts';
import { RUNNING, runningValue, runningWindow } from './running-windows.ts';
import { finishedValue, isRunning, keyName, spanParts } from './window-parts.ts';

export interface WindowQueries {
  readonly queries: readonly NamedQuery[];
  /** The one of them that holds a row for each label, with `label_row` and what `columns` needs. */
  readonly answers: string;
  readonly columns: readonly SelectColumn[];
}

/**
 * Windows at every label's time: nothing in a window is 0 for counts, sums and distinct values, else NULL; NULL for a label without key.
 * @throws PIT_OPTION_INVALID where knowledge is by arrival, FEATURE_UNKNOWN for a window that the group does not have.
 */
export function windowsOf(plan: PointInTimePlan, windows: PlanWindows): WindowQueries {
  if (plan.knowledge === 'arrival-time') {
    throw new TidemarkError('PIT_OPTION_INVALID', 'windows are known by event time only: leave out knowledge, or the windows', {
      field: 'knowledge',
    });
  }
  const unknown = windows.columns.find((one) => !windows.windowed.layout.aggregates.some(({ name }) => name === one.feature));
  if (unknown !== undefined)
    throw new TidemarkError('FEATURE_UNKNOWN', `there is no window "${unknown.feature}"`, { field: unknown.feature });
  const moves = movesOf(plan, windows);
  const [carried, answers] = [`${windows.alias}_carried`, `${windows.alias}_r`];
  return {
    queries: [
      ...eventHistory(plan, windows),
      moves,
      { name: carried, body: carry(plan, windows, moves.name) },
      { name: answers, body: answer(windows, carried) },
    ],
    answers,
    columns: windows.columns.map(({ output, feature }) => ({ value: finishedValue(windows, feature), as: output })),
  };
}

function carry(plan: PointInTimePlan, windows: PlanWindows, from: string): Select {
  const blocks = blockColumns(plan, windows);
  return {
    kind: 'select',
    columns: [
      ...['k', 'g', 'label_row'].map((name) => ({ value: column(name) })),
      ...spanParts(windows).flatMap((part) =>
        isRunning(part) ? [{ value: runningValue(windows, part), as: part.name }] : blockEnds(windows, part),
      ),
    ],
    from:
      blocks.length === 0
        ? { kind: 'with', name: from }
        : { kind: 'derived', select: { kind: 'select', all: true, columns: blocks, from: { kind: 'with', name: from } } },
    windows: { [RUNNING]: runningWindow, ...blockWindows(windows) },
  };
}

function answer(windows: PlanWindows, from: string): Select {
  return {
    kind: 'select',
    columns: [
      { value: column('label_row') },
      { value: column('k'), as: keyName(windows) },
      ...spanParts(windows).map((part) => (isRunning(part) ? { value: column(part.name) } : joinedEnds(part))),
    ],
    from: { kind: 'with', name: from },
    where: [operation('=', column('g'), integer(LABEL))],
  };
}
