/**
 * Labels and the moves of events as one stream of one shape: `k, g, t, o, label_row, rn, fields, places`.
 *
 *   g: 0 labels; 1 events entering; 2 … events leaving one span, or one field's distinct values of one span
 *   o: at one instant leaving comes first; then labels and entering, in the order of the boundary
 *   p: for each span of block windows the step of a label, and the last step of which an event is in the window
 *
 * An event of time e is in the window of a label at t while e < t (or e <= t) and t < (floor(e, step) + 1) * step + length: it
 * enters once and leaves each span once. A value counts as distinct from when it enters until it leaves or comes again.
 * The history is read once, since Trino evaluates a named query once for each use.
 */
import type { PlannedSpan } from '@tidemark/domain';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import {
  cast,
  column,
  type Expression,
  integer,
  type NamedQuery,
  NULL,
  operation,
  type Select,
  type SelectColumn,
  when,
} from '../tree.ts';
import { fieldColumn, nextColumn } from './event-history.ts';
import { floorDivide } from './floor-divide.ts';
import { columnTypeOf, differentSpans, inUnits, type PlanWindows, sameSpan, selectedFields } from './plan-windows.ts';
import { isAdditive, type SpanPart, spanParts } from './window-parts.ts';

export const LABEL = 0;
export const ENTERING = 1;
const FIRST_LEAVING = 2;

/** Events leave a span for all its sums at once, but for the distinct values of each field at times of their own. */
interface Leaving {
  readonly span: PlannedSpan;
  readonly distinct: string | undefined;
}

const leavingOf = ({ kind, field, span }: SpanPart): Leaving | undefined =>
  span === undefined ? undefined : { span, distinct: kind === 'distinct' ? field : undefined };
const isSame = (one: Leaving, other: Leaving) => one.distinct === other.distinct && sameSpan(one.span, other.span);

function allLeaving(windows: PlanWindows): Leaving[] {
  const all = spanParts(windows)
    .filter(isAdditive)
    .map(leavingOf)
    .filter((one) => one !== undefined);
  return all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at);
}

/** The g of the rows in which events leave what the part adds up. */
export function leavingMove(windows: PlanWindows, part: SpanPart): number {
  const leaving = leavingOf(part);
  return FIRST_LEAVING + allLeaving(windows).findIndex((one) => leaving !== undefined && isSame(one, leaving));
}

/** The spans that are found in blocks. */
export const blockSpans = (windows: PlanWindows): PlannedSpan[] =>
  differentSpans(
    spanParts(windows)
      .filter((part) => !isAdditive(part))
      .map((part) => part.span),
  );
export const placeColumn = (at: number): Expression => column(`p${at + 1}`);

export function movesOf(plan: PointInTimePlan, windows: PlanWindows): NamedQuery {
  return {
    name: `${windows.alias}_moves`,
    body: { kind: 'union-all', selects: [labelRows(plan, windows), eventRows(plan, windows)] },
  };
}

const entersAfterLabels = ({ windowed }: PlanWindows) => windowed.boundary === 'before';

function labelRows(plan: PointInTimePlan, windows: PlanWindows): Select {
  return {
    kind: 'select',
    columns: [
      { value: column(windows.keyColumn), as: 'k' },
      { value: integer(LABEL), as: 'g' },
      { value: column('label_time'), as: 't' },
      { value: integer(entersAfterLabels(windows) ? 1 : 2), as: 'o' },
      { value: column('label_row') },
      { value: cast(NULL, 'bigint'), as: 'rn' },
      ...selectedFields(windows).map(([, field], at) => ({ value: cast(NULL, columnTypeOf(field)), as: `f${at + 1}` })),
      ...blockSpans(windows).map((span, at) => ({
        value: floorDivide(column('label_time'), inUnits(plan, span).step),
        as: `p${at + 1}`,
      })),
    ],
    from: { kind: 'table', table: plan.labels.table },
  };
}

function eventRows(plan: PointInTimePlan, windows: PlanWindows): Select {
  const leaving = allLeaving(windows);
  const entering = { condition: operation('=', column('g'), integer(ENTERING)) };
  const perMove = (value: Expression, whenLeaving: (one: Leaving) => Expression): Expression => ({
    kind: 'case',
    branches: [
      { ...entering, value },
      ...leaving.map((one, at) => ({
        condition: operation('=', column('g'), integer(FIRST_LEAVING + at)),
        value: whenLeaving(one),
      })),
    ],
  });
  const enters = integer(entersAfterLabels(windows) ? 2 : 1);
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: column('g') },
      { value: perMove(column('t'), (one) => leavesAt(plan, windows, one)) },
      { value: perMove(enters, (one) => when(comesAgain(plan, windows, one), enters, integer(0))) },
      { value: NULL },
      { value: column('rn') },
      ...selectedFields(windows).map(([name]): SelectColumn => ({ value: fieldColumn(windows, name) })),
      ...blockSpans(windows).map((span) => {
        const { stepSeconds, steps } = inUnits(plan, span);
        return {
          value: when(entering.condition, operation('+', floorDivide(column('whole_second'), stepSeconds), integer(steps))),
        };
      }),
    ],
    from: { kind: 'with', name: windows.alias },
    times: { column: 'g', values: [ENTERING, ...leaving.map((_, at) => FIRST_LEAVING + at)] },
  };
}

function leavesAt(plan: PointInTimePlan, windows: PlanWindows, one: Leaving): Expression {
  const leaves = endOfWindow(plan, one);
  return one.distinct === undefined ? leaves : when(comesAgain(plan, windows, one), nextColumn(windows, one.distinct), leaves);
}

function endOfWindow(plan: PointInTimePlan, { span }: Leaving): Expression {
  const { step, stepSeconds, steps } = inUnits(plan, span);
  return operation('*', operation('+', floorDivide(column('whole_second'), stepSeconds), integer(steps + 1n)), integer(step));
}

/** Whether an event of the same value enters before this one leaves. */
const comesAgain = (plan: PointInTimePlan, windows: PlanWindows, one: Leaving): Expression =>
  one.distinct === undefined
    ? { kind: 'boolean', value: false }
    : operation('<', nextColumn(windows, one.distinct), endOfWindow(plan, one));
