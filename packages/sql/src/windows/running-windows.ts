/**
 * What can be added up: a running sum of what entered less what left. Exact, as whole numbers are.
 * What has no end (first and last of all history) is carried forward.
 */
import { column, type Expression, integer, isNotNull, operation, over, type Window, when } from '../tree.ts';
import { fieldColumn } from './event-history.ts';
import { ENTERING, leavingMove } from './moves.ts';
import type { PlanWindows } from './plan-windows.ts';
import type { SpanPart } from './window-parts.ts';

export const RUNNING = 'w';
export const runningWindow: Window = {
  partitionBy: [column('k')],
  orderBy: [{ value: column('t') }, { value: column('o') }],
  running: true,
};

export function runningValue(windows: PlanWindows, part: SpanPart): Expression {
  const field = fieldColumn(windows, part.field);
  if (part.span === undefined) return endOf(part, field, RUNNING);
  const amount = AMOUNTS[part.kind as keyof typeof AMOUNTS](field);
  const moved: Expression = {
    kind: 'case',
    branches: [
      { condition: operation('=', column('g'), integer(ENTERING)), value: amount },
      { condition: operation('=', column('g'), integer(leavingMove(windows, part))), value: operation('-', integer(0), amount) },
    ],
    otherwise: integer(0),
  };
  return over(RUNNING, 'sum', moved);
}

/** The value of the first or last event that entered with one, along a window. */
export function endOf({ kind }: Pick<SpanPart, 'kind'>, field: Expression, window: string): Expression {
  const order = kind === 'last' ? column('rn') : operation('-', integer(0), column('rn'));
  const counts = operation('AND', operation('=', column('g'), integer(ENTERING)), isNotNull(field));
  return over(window, 'max_by', field, when(counts, order));
}

const presence = (field: Expression): Expression => when(isNotNull(field), integer(1), integer(0));
const AMOUNTS = {
  count: () => integer(1),
  present: presence,
  distinct: presence,
  sum: (field: Expression) => field,
  squares: (field: Expression) => operation('*', field, field),
} as const satisfies Partial<Record<SpanPart['kind'], (field: Expression) => Expression>>;
