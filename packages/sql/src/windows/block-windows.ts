/**
 * What cannot be taken back out of a window (min, max, first, last), in blocks of as many steps as the window is long.
 *
 * The window of a label in step T covers the steps T - n to T. They lie in two blocks: the end of one block from T - n on, and
 * the beginning of the next up to the label. The beginning is a running aggregate over the block in the order of time, the end
 * one over the block before in the order of falling steps, where each event stands n steps later, beside the labels whose
 * window it is the oldest step of. Two sorts for each span, whatever the data: n log n.
 */
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import {
  call,
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
import { columnTypeOf, inUnits, type PlanWindows, sameSpan, selectedFields, type UnitSpan } from './plan-windows.ts';
import { isAdditive, type SpanPart, spanParts } from './window-parts.ts';

const LABEL = 0;
const EVENT = 1;

export interface BlockWindows {
  readonly name: string;
  readonly queries: readonly NamedQuery[];
}

export function blockWindows(plan: PointInTimePlan, windows: PlanWindows): BlockWindows[] {
  const parts = spanParts(windows).filter((part) => !isAdditive(part) && part.span !== undefined);
  const spans = parts.map((part) => part.span as NonNullable<SpanPart['span']>);
  const different = spans.filter((span, at) => spans.findIndex((other) => sameSpan(span, other)) === at);
  return different.map((span, at) => {
    const [blocks, carried, name] = ['blocks', 'ends', 'b'].map((suffix) => `${windows.alias}_${suffix}${at}`) as [
      string,
      string,
      string,
    ];
    const own = parts.filter((part) => sameSpan(part.span, span));
    const selects = [labelRows(plan, windows, inUnits(plan, span)), eventRows(windows, inUnits(plan, span))];
    return {
      name,
      queries: [
        { name: blocks, body: { kind: 'union-all', selects } },
        { name: carried, body: carry(windows, own, blocks) },
        { name, body: answer(own, carried) },
      ],
    };
  });
}

/** `k, g, t, o, block, place, label_row, rn, fields`, the block twice: its own, and the one that it ends the window of. */
function labelRows(plan: PointInTimePlan, windows: PlanWindows, { step, steps }: UnitSpan): Select {
  const own = floorDivide(column('label_time'), step);
  return {
    kind: 'select',
    columns: [
      { value: column(windows.keyColumn), as: 'k' },
      { value: integer(LABEL), as: 'g' },
      { value: column('label_time'), as: 't' },
      { value: integer(windows.windowed.boundary === 'before' ? 1 : 3), as: 'o' },
      { value: floorDivide(own, steps), as: 'block' },
      { value: floorDivide(own, steps), as: 'next_block' },
      { value: own, as: 'place' },
      { value: column('label_row') },
      { value: cast(NULL, 'bigint'), as: 'rn' },
      ...selectedFields(windows).map(([, field], at) => ({ value: cast(NULL, columnTypeOf(field)), as: `f${at + 1}` })),
    ],
    from: { kind: 'table', table: plan.labels.table },
  };
}

function eventRows(windows: PlanWindows, { stepSeconds, steps }: UnitSpan): Select {
  const own = floorDivide(column('whole_second'), stepSeconds);
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: integer(EVENT) },
      { value: column('t') },
      { value: integer(2) },
      { value: floorDivide(own, steps) },
      { value: operation('+', floorDivide(own, steps), integer(1)) },
      { value: operation('+', own, integer(steps)) },
      { value: NULL },
      { value: column('rn') },
      ...selectedFields(windows).map(([name]) => ({ value: fieldColumn(windows, name) })),
    ],
    from: { kind: 'with', name: windows.alias },
  };
}

function carry(windows: PlanWindows, parts: readonly SpanPart[], from: string): Select {
  return {
    kind: 'select',
    columns: [
      { value: column('g') },
      { value: column('label_row') },
      ...parts.flatMap((part) => {
        const field = fieldColumn(windows, part.field);
        return [
          { value: carried(part, 'head', field), as: headName(part) },
          { value: carried(part, 'tail', field), as: tailName(part) },
        ];
      }),
    ],
    from: { kind: 'with', name: from },
    windows: {
      head: {
        partitionBy: [column('k'), column('block')],
        orderBy: [{ value: column('t') }, { value: column('o') }],
        running: true,
      },
      tail: {
        partitionBy: [column('k'), column('next_block')],
        orderBy: [
          { value: column('place'), descending: true },
          { value: column('g'), descending: true },
        ],
        running: true,
      },
    },
  };
}

const headName = (part: SpanPart) => `${part.name}_head`;
const tailName = (part: SpanPart) => `${part.name}_tail`;

function carried({ kind }: SpanPart, window: 'head' | 'tail', field: Expression): Expression {
  if (kind === 'min' || kind === 'max') return over(window, kind, field);
  const order = kind === 'last' ? column('rn') : operation('-', integer(0), column('rn'));
  return over(window, 'max_by', field, when(isNotNull(field), order));
}

function answer(parts: readonly SpanPart[], from: string): Select {
  return {
    kind: 'select',
    columns: [{ value: column('label_row') }, ...parts.map(bothEnds)],
    from: { kind: 'with', name: from },
    where: [operation('=', column('g'), integer(LABEL))],
  };
}

function bothEnds(part: SpanPart): SelectColumn {
  const [head, tail] = [column(headName(part)), column(tailName(part))];
  const inOrder = part.kind === 'first' ? [tail, head] : [head, tail];
  const extreme = part.kind === 'min' ? [call('least', head, tail)] : part.kind === 'max' ? [call('greatest', head, tail)] : [];
  return { value: call('coalesce', ...extreme, ...inOrder), as: part.name };
}
