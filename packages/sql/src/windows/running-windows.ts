/**
 * What can be added up, as one sorted stream of labels, events that enter and events that leave.
 *
 * An event of time e is in the window of a label at t while e < t (or e <= t) and t < (floor(e, step) + 1) * step + length: it enters
 * once, and leaves each span once. A running sum of what entered less what left is what the window holds: n log n, and exact,
 * as whole numbers are. A value counts as distinct from when it enters until it leaves or comes again.
 *
 *   g: 0 labels, 1 events entering, 2 … events leaving one span, or one field's distinct values of one span
 *   o: at one instant, leaving comes first; then labels and entering, in the order of the boundary
 */
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import {
  cast,
  column,
  type Expression,
  integer,
  isNotNull,
  type NamedQuery,
  NULL,
  operation,
  over,
  type Select,
  type SelectColumn,
  when,
} from '../tree.ts';
import { fieldColumn } from './event-history.ts';
import { floorDivide } from './floor-divide.ts';
import { columnTypeOf, inUnits, type PlanWindows, sameSpan, selectedFields } from './plan-windows.ts';
import { isAdditive, keyName, type SpanPart, spanParts } from './window-parts.ts';

const LABEL = 0;
const ENTERING = 1;
const LEAVES_FIRST = 0;

export const runningName = (windows: PlanWindows): string => `${windows.alias}_r`;

export function runningWindows(plan: PointInTimePlan, windows: PlanWindows): NamedQuery[] {
  const [moves, sums] = [`${windows.alias}_moves`, `${windows.alias}_sums`];
  const leaving = leavesOf(windows);
  const parts = spanParts(windows).filter((part) => isAdditive(part) || part.span === undefined);
  const answers: Select = {
    kind: 'select',
    columns: [
      { value: column('label_row') },
      { value: column('k'), as: keyName(windows) },
      ...parts.map((part) => ({ value: column(part.name) })),
    ],
    from: { kind: 'with', name: sums },
    where: [operation('=', column('g'), integer(LABEL))],
  };
  return [
    {
      name: moves,
      body: {
        kind: 'union-all',
        selects: [
          labelRows(plan, windows),
          enteringRows(windows),
          ...leaving.map((leave, at) => leavingRows(plan, windows, leave, at + 2)),
        ],
      },
    },
    {
      name: sums,
      body: {
        kind: 'select',
        columns: [
          ...['k', 'g', 'label_row'].map((name) => ({ value: column(name) })),
          ...parts.map((part) => ({ value: running(windows, part, leaving), as: part.name })),
        ],
        from: { kind: 'with', name: moves },
        windows: { w: { partitionBy: [column('k')], orderBy: [{ value: column('t') }, { value: column('o') }], running: true } },
      },
    },
    { name: runningName(windows), body: answers },
  ];
}

/** Events leave a span for all its sums at once, but for the distinct values of each field at times of their own. */
interface Leave {
  readonly span: NonNullable<SpanPart['span']>;
  readonly distinct: string | undefined;
}

function leavesOf(windows: PlanWindows): Leave[] {
  const leaves: Leave[] = [];
  for (const part of spanParts(windows).filter(isAdditive)) {
    const leave = leaveOf(part);
    if (leave !== undefined && !leaves.some((one) => isSameLeave(one, leave))) leaves.push(leave);
  }
  return leaves;
}

const leaveOf = ({ kind, field, span }: SpanPart): Leave | undefined =>
  span === undefined ? undefined : { span, distinct: kind === 'distinct' ? field : undefined };
const isSameLeave = (one: Leave, other: Leave) => one.distinct === other.distinct && sameSpan(one.span, other.span);

const labelOrder = ({ windowed }: PlanWindows) => (windowed.boundary === 'before' ? 1 : 2);
const enteringOrder = ({ windowed }: PlanWindows) => (windowed.boundary === 'before' ? 2 : 1);
const NO_LABEL = { value: NULL };

function labelRows(plan: PointInTimePlan, windows: PlanWindows): Select {
  return {
    kind: 'select',
    columns: [
      { value: column(windows.keyColumn), as: 'k' },
      { value: integer(LABEL), as: 'g' },
      { value: column('label_time'), as: 't' },
      { value: integer(labelOrder(windows)), as: 'o' },
      { value: column('label_row') },
      { value: cast(NULL, 'bigint'), as: 'rn' },
      ...selectedFields(windows).map(([, field], at) => ({ value: cast(NULL, columnTypeOf(field)), as: `f${at + 1}` })),
    ],
    from: { kind: 'table', table: plan.labels.table },
  };
}

function enteringRows(windows: PlanWindows): Select {
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: integer(ENTERING) },
      { value: column('t') },
      { value: integer(enteringOrder(windows)) },
      NO_LABEL,
      { value: column('rn') },
      ...fieldValues(windows),
    ],
    from: { kind: 'with', name: windows.alias },
  };
}

const fieldValues = (windows: PlanWindows): SelectColumn[] =>
  selectedFields(windows).map(([name]) => ({ value: fieldColumn(windows, name) }));

function leavingRows(plan: PointInTimePlan, windows: PlanWindows, { span, distinct }: Leave, g: number): Select {
  const { step, stepSeconds, steps } = inUnits(plan, span);
  const leaves = operation(
    '*',
    operation('+', floorDivide(column('whole_second'), stepSeconds), integer(steps + 1n)),
    integer(step),
  );
  const next = column('next_t');
  const comesAgain = operation('AND', isNotNull(next), operation('<', next, column('leaves')));
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: integer(g) },
      { value: distinct === undefined ? column('leaves') : when(comesAgain, next, column('leaves')) },
      {
        value:
          distinct === undefined
            ? integer(LEAVES_FIRST)
            : when(comesAgain, integer(enteringOrder(windows)), integer(LEAVES_FIRST)),
      },
      NO_LABEL,
      NO_LABEL,
      ...fieldValues(windows),
    ],
    from: {
      kind: 'derived',
      select: {
        kind: 'select',
        columns: [
          { value: column('k') },
          { value: leaves, as: 'leaves' },
          ...(distinct === undefined ? [] : [{ value: nextOfValue(windows, distinct), as: 'next_t' }]),
          ...fieldValues(windows),
        ],
        from: { kind: 'with', name: windows.alias },
        where: distinct === undefined ? [] : [isNotNull(fieldColumn(windows, distinct))],
      },
    },
  };
}

/** When the entity's next event with the same value enters. */
const nextOfValue = (windows: PlanWindows, field: string): Expression =>
  over({ partitionBy: [column('k'), fieldColumn(windows, field)], orderBy: [{ value: column('rn') }] }, 'lead', column('t'));

function running(windows: PlanWindows, part: SpanPart, leaving: readonly Leave[]): Expression {
  const field = fieldColumn(windows, part.field);
  const leave = leaveOf(part);
  if (leave === undefined) {
    const order = part.kind === 'last' ? column('rn') : operation('-', integer(0), column('rn'));
    const counts = operation('AND', operation('=', column('g'), integer(ENTERING)), isNotNull(field));
    return over('w', 'max_by', field, when(counts, order));
  }
  const g = leaving.findIndex((one) => isSameLeave(one, leave)) + 2;
  const amount = AMOUNTS[part.kind as keyof typeof AMOUNTS](field);
  const moved: Expression = {
    kind: 'case',
    branches: [
      { condition: operation('=', column('g'), integer(ENTERING)), value: amount },
      { condition: operation('=', column('g'), integer(g)), value: operation('-', integer(0), amount) },
    ],
    otherwise: integer(0),
  };
  return over('w', 'sum', moved);
}

const one = (field: Expression): Expression => when(isNotNull(field), integer(1), integer(0));
const AMOUNTS = {
  count: () => integer(1),
  present: one,
  distinct: one,
  sum: (field: Expression) => field,
  squares: (field: Expression) => operation('*', field, field),
} as const satisfies Partial<Record<SpanPart['kind'], (field: Expression) => Expression>>;
