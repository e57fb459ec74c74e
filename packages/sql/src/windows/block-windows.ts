/**
 * What cannot be taken back out of a window (min, max, first, last), in blocks of as many steps as the window is long.
 *
 * The window of a label in step T covers the steps T - n to T, which lie in two blocks: the tail of one from T - n on, and the
 * head of the next up to the label. The head is a running aggregate over its block in the order of time. The tail is one in the
 * order of falling steps over the block before, whose events therefore stand n steps later, beside the labels whose window they
 * are the oldest step of. Two sorts for each span, whatever the data: n log n.
 */
import type { PlannedSpan } from '@tidemark/domain';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import { call, column, type Expression, integer, operation, over, type SelectColumn, type Window, when } from '../tree.ts';
import { fieldColumn } from './event-history.ts';
import { floorDivide } from './floor-divide.ts';
import { blockSpans, ENTERING, placeColumn } from './moves.ts';
import { inUnits, type PlanWindows, sameSpan } from './plan-windows.ts';
import { endOf } from './running-windows.ts';
import type { SpanPart } from './window-parts.ts';

const blockName = (at: number) => `b${at + 1}`;

/** The block that a row's place lies in: that of a label, and the one after that of an event. */
export const blockColumns = (plan: PointInTimePlan, windows: PlanWindows): SelectColumn[] =>
  blockSpans(windows).map((span, at) => ({ value: floorDivide(placeColumn(at), inUnits(plan, span).steps), as: blockName(at) }));

export const blockWindows = (windows: PlanWindows): Readonly<Record<string, Window>> =>
  Object.fromEntries(
    blockSpans(windows).flatMap((_, at) => {
      const block = column(blockName(at));
      const head: Window = {
        // g is 1 for an event, and 0 for a label.
        partitionBy: [column('k'), operation('-', block, column('g'))],
        orderBy: [{ value: column('t') }, { value: column('o') }],
        running: true,
      };
      const tail: Window = {
        partitionBy: [column('k'), block],
        orderBy: [
          { value: placeColumn(at), descending: true },
          { value: column('g'), descending: true },
        ],
        running: true,
      };
      return [
        [`head${at + 1}`, head],
        [`tail${at + 1}`, tail],
      ];
    }),
  );

const headName = (part: SpanPart) => `${part.name}_head`;
const tailName = (part: SpanPart) => `${part.name}_tail`;

/** Both ends of a part along its two windows. */
export function blockEnds(windows: PlanWindows, part: SpanPart): SelectColumn[] {
  const at = blockSpans(windows).findIndex((span: PlannedSpan) => sameSpan(span, part.span)) + 1;
  const field = fieldColumn(windows, part.field);
  const along = (window: string) =>
    part.kind === 'min' || part.kind === 'max' ? over(window, part.kind, entering(field)) : endOf(part, field, window);
  return [
    { value: along(`head${at}`), as: headName(part) },
    { value: along(`tail${at}`), as: tailName(part) },
  ];
}

const entering = (field: Expression): Expression => when(operation('=', column('g'), integer(ENTERING)), field);

/** The part of the whole window. The head is later than the tail. */
export function joinedEnds(part: SpanPart): SelectColumn {
  const [head, tail] = [column(headName(part)), column(tailName(part))];
  const inOrder = part.kind === 'first' ? [tail, head] : [head, tail];
  const extreme = part.kind === 'min' ? [call('least', head, tail)] : part.kind === 'max' ? [call('greatest', head, tail)] : [];
  return { value: call('coalesce', ...extreme, ...inOrder), as: part.name };
}
