/**
 * The history of a windowed group's events, decoded and folded: `k, t, whole_second, rn, f1, f2 …, n1 …`, a row an event.
 *
 * What identifies an event is (entity, id, event time): the stream delivers again and the store keeps every delivery. Of several
 * rows the earliest arrival stands, then the least values; a deletion marker removes them all. `rn` orders the events of
 * an entity by (event time, id); n is when the entity's next event of the same value of a field comes.
 */
import { FRACTION_DIGITS } from '@tidemark/domain';
import { fraction, hourBounds, secondBounds, wholeSecond } from '../point-in-time/history.ts';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import { perSecond, readRange } from '../point-in-time/read-range.ts';
import {
  bool,
  call,
  column,
  type Expression,
  integer,
  isNotNull,
  type NamedQuery,
  operation,
  over,
  type Select,
} from '../tree.ts';
import {
  EVENT_ARRIVED,
  EVENT_ENTITY,
  EVENT_ID,
  inUnits,
  type PlanWindows,
  selectedAggregates,
  selectedFields,
} from './plan-windows.ts';

/** The column of a field in the folded history and in everything made of it. */
export const fieldColumn = (windows: PlanWindows, field: string | undefined): Expression =>
  column(`f${selectedFields(windows).findIndex(([name]) => name === field) + 1}`);

/** The column of the time at which a field's value comes again. */
export const nextColumn = (windows: PlanWindows, field: string): Expression =>
  column(`n${selectedFields(windows).findIndex(([name]) => name === field) + 1}`);

export function eventHistory(plan: PointInTimePlan, windows: PlanWindows): NamedQuery[] {
  const [decoded, copies] = [`${windows.alias}_decoded`, `${windows.alias}_copies`];
  return [
    { name: decoded, body: decode(plan, windows) },
    { name: copies, body: numberCopies(windows, decoded) },
    { name: windows.alias, body: fold(windows, copies) },
  ];
}

const fieldColumns = (windows: PlanWindows): Expression[] => selectedFields(windows).map(([name]) => fieldColumn(windows, name));

function decode(plan: PointInTimePlan, windows: PlanWindows): Select {
  const range = readRange(plan, { maxAge: reach(plan, windows) });
  const fields = selectedFields(windows).map(([name], at) => ({ value: column(name), as: `f${at + 1}` }));
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: column('id') },
      {
        value: operation('+', operation('*', column('whole_second'), integer(perSecond(plan.unit))), column('fraction')),
        as: 't',
      },
      { value: column('whole_second') },
      { value: column('arrived') },
      { value: column('deleted') },
      ...fieldColumns(windows).map((value) => ({ value })),
    ],
    from: {
      kind: 'derived',
      select: {
        kind: 'select',
        columns: [
          { value: column(EVENT_ENTITY), as: 'k' },
          { value: column(EVENT_ID), as: 'id' },
          { value: wholeSecond(column('event_time')), as: 'whole_second' },
          { value: fraction(column('event_time'), FRACTION_DIGITS[plan.unit]), as: 'fraction' },
          { value: column(EVENT_ARRIVED), as: 'arrived' },
          { value: call('coalesce', column('is_deleted'), bool(false)), as: 'deleted' },
          ...fields,
        ],
        from: { kind: 'table', table: windows.table },
        where: [
          ...hourBounds(range, windows.partitioned),
          ...[EVENT_ENTITY, EVENT_ID, 'event_time'].map((name) => isNotNull(column(name))),
        ],
      },
    },
    where: [secondBounds(range)],
  };
}

/** How far back from a label an event can count; undefined: without end. */
function reach(plan: PointInTimePlan, windows: PlanWindows): bigint | undefined {
  let furthest = 0n;
  for (const { span } of selectedAggregates(windows)) {
    if (span === undefined) return undefined;
    const { steps, step } = inUnits(plan, span);
    if ((steps + 1n) * step > furthest) furthest = (steps + 1n) * step;
  }
  return furthest;
}

function numberCopies(windows: PlanWindows, from: string): Select {
  const copies = {
    partitionBy: [column('k'), column('id'), column('t')],
    orderBy: [
      { value: column('deleted'), descending: true },
      ...[column('arrived'), ...fieldColumns(windows)].map((value) => ({ value })),
    ],
  };
  return {
    kind: 'select',
    all: true,
    columns: [{ value: over(copies, 'row_number'), as: 'copy_number' }],
    from: { kind: 'with', name: from },
  };
}

function fold(windows: PlanWindows, from: string): Select {
  const orderBy = [{ value: column('t') }, { value: column('id') }];
  const next = selectedFields(windows).flatMap(([name], at) => {
    const isDistinct = selectedAggregates(windows).some((one) => one.kind === 'distinct' && one.field === name);
    const sameValue = { partitionBy: [column('k'), fieldColumn(windows, name)], orderBy };
    return isDistinct ? [{ value: over(sameValue, 'lead', column('t')), as: `n${at + 1}` }] : [];
  });
  return {
    kind: 'select',
    columns: [
      ...['k', 't', 'whole_second'].map((name) => ({ value: column(name) })),
      { value: over({ partitionBy: [column('k')], orderBy }, 'row_number'), as: 'rn' },
      ...fieldColumns(windows).map((value) => ({ value })),
      ...next,
    ],
    from: { kind: 'with', name: from },
    where: [operation('=', column('copy_number'), integer(1)), operation('=', column('deleted'), bool(false))],
  };
}
