/**
 * All joins over one key column as one stream, sorted once.
 *
 *   s  labels (g = 0) and the histories (g = 1, 2 …) as rows of one shape: k, t, o1, o2, o3, deleted, slots
 *   p  numbered: rn is greater the newer a row is (event time, arrival, write time, hash), within its key
 *   c  carried forward: every label has, per group, the columns of the row with the greatest rn before it
 *   r  the labels alone, with the state of each join
 *
 * A label stands before the history of its own instant, or after it (`at-or-before`): that is the place of g in the order.
 * Knowing by arrival, the order in which rows become visible (`seen`) is not the order of their versions, so c sorts again.
 * The running max_by over flat columns is n log n in every case; `reference`: measured on Trino 406, last_value(…) IGNORE
 * NULLS is quadratic in labels without history, range joins are on hot keys.
 */
import { NS_PER } from '@tidemark/domain';
import {
  bool, call, cast, column, type Expression, integer, isNull, type NamedQuery, operation, over, type Select, type SelectColumn, type SortKey, when, type Window,
} from '../tree.ts';
import { JOIN_STATE, type PlanJoin, type PointInTimePlan } from './plan.ts';
import { emptySlots, filledSlots, type Slot, slotsOf, slotsOfAll } from './slots.ts';

export interface Stream {
  readonly keyColumn: string;
  readonly joins: readonly PlanJoin[];
  /** Appended to s, p, c and r. */
  readonly at: number;
}

/** The column of r that holds the newest value of a join's column. */
export const carriedColumn = (join: PlanJoin, at: number): string => `${join.alias}_c${at + 1}`;
export const answersName = (stream: Stream): string => `r${stream.at}`;

export function streamOf(plan: PointInTimePlan, stream: Stream): NamedQuery[] {
  const [sorted, numbered, carried] = [`s${stream.at}`, `p${stream.at}`, `c${stream.at}`];
  const slots = slotsOfAll(stream.joins);
  const histories = stream.joins.map((join, at) => historyRows(plan, join, at + 1, slots));
  return [
    { name: sorted, body: { kind: 'union-all', selects: [labelRows(plan, stream, slots), ...histories] } },
    { name: numbered, body: numberVersions(plan, sorted) },
    { name: carried, body: carryForward(plan, stream, numbered) },
    { name: answersName(stream), body: answer(stream, carried) },
  ];
}

const byArrival = (plan: PointInTimePlan) => plan.knowledge === 'arrival-time';

function labelRows(plan: PointInTimePlan, stream: Stream, slots: readonly Slot[]): Select {
  return {
    kind: 'select',
    columns: [
      { value: column(stream.keyColumn), as: 'k' },
      { value: integer(0), as: 'g' },
      { value: column('label_time'), as: 't' },
      ...(byArrival(plan) ? [{ value: column('label_time'), as: 'seen' }] : []),
      { value: column('label_row'), as: 'o1' },
      { value: cast(integer(0), 'bigint'), as: 'o2' },
      { value: cast(integer(0), 'bigint'), as: 'o3' },
      { value: bool(false), as: 'deleted' },
      ...emptySlots(slots),
    ],
    from: { kind: 'table', table: plan.labels.table },
  };
}

function historyRows(plan: PointInTimePlan, join: PlanJoin, group: number, slots: readonly Slot[]): Select {
  return {
    kind: 'select',
    columns: [
      { value: column('k') },
      { value: integer(group) },
      { value: column('t') },
      ...(byArrival(plan) ? [{ value: visibleFrom(plan, join) }] : []),
      { value: column('arrived') },
      { value: column('written') },
      { value: column('row_hash') },
      { value: column('deleted') },
      ...filledSlots(slots, join),
    ],
    from: { kind: 'with', name: join.alias },
  };
}

/**
 * The instant that a row's place among the labels follows from. Arrival is known at a label of the same instant whatever the
 * boundary, but `before` puts history after the labels of its instant: hence one less there.
 */
function visibleFrom(plan: PointInTimePlan, join: PlanJoin): Expression {
  const perMs = NS_PER.ms / NS_PER[plan.unit];
  const delayMs = join.wholeSecondArrival ? 1_000n : 0n;
  const offset = delayMs * perMs - (plan.boundary === 'before' ? 1n : 0n);
  const arrived = perMs === 1n ? column('arrived') : operation('*', column('arrived'), integer(perMs));
  if (offset === 0n) return call('greatest', column('t'), arrived);
  return call('greatest', column('t'), offset < 0n ? operation('-', arrived, integer(-offset)) : operation('+', arrived, integer(offset)));
}

const K = column('k');
const G = column('g');
const groupKey = (plan: PointInTimePlan): SortKey => (plan.boundary === 'before' ? { value: G } : { value: G, descending: true });
const versionOrder = (plan: PointInTimePlan): SortKey[] => [
  { value: column('t') },
  groupKey(plan),
  ...['o1', 'o2', 'o3'].map((name) => ({ value: column(name) })),
];

function numberVersions(plan: PointInTimePlan, from: string): Select {
  const versions: Window = { partitionBy: [K], orderBy: versionOrder(plan) };
  // Rows of equal content are one row stored twice: no tie.
  const sameVersion: Window = { partitionBy: [K, G, column('t'), column('o1'), column('o2')], orderBy: [] };
  return {
    kind: 'select',
    all: true,
    columns: [
      { value: over(versions, 'row_number'), as: 'rn' },
      { value: operation('>', column('o3'), over(sameVersion, 'min', column('o3'))), as: 'tied' },
    ],
    from: { kind: 'with', name: from },
  };
}

function carryForward(plan: PointInTimePlan, stream: Stream, from: string): Select {
  const visible: SortKey[] = byArrival(plan) ? [{ value: column('seen') }, groupKey(plan)] : versionOrder(plan);
  return {
    kind: 'select',
    columns: [
      { value: G },
      { value: column('o1'), as: 'label_row' },
      { value: column('t'), as: 'label_time' },
      ...stream.joins.flatMap((join, at) => carriedColumns(join, at + 1)),
    ],
    from: { kind: 'with', name: from },
    windows: { w: { partitionBy: [K], orderBy: visible, running: true } },
  };
}

function carriedColumns(join: PlanJoin, group: number): SelectColumn[] {
  const ofGroup = (value: Expression) => when(operation('=', G, integer(group)), value);
  const newest = (name: string) => over('w', 'max_by', column(name), ofGroup(column('rn')));
  return [
    { value: over('w', 'max', ofGroup(column('t'))), as: `${join.alias}_time` },
    { value: newest('deleted'), as: `${join.alias}_deleted` },
    { value: newest('tied'), as: `${join.alias}_tied` },
    ...slotsOf(join).map((slot, at) => ({ value: newest(slot.name), as: carriedColumn(join, at) })),
  ];
}

function answer(stream: Stream, from: string): Select {
  return {
    kind: 'select',
    columns: [{ value: column('label_row') }, ...stream.joins.flatMap(answerColumns)],
    from: { kind: 'with', name: from },
    where: [operation('=', G, integer(0))],
  };
}

function answerColumns(join: PlanJoin): SelectColumn[] {
  const [time, deleted] = [column(`${join.alias}_time`), column(`${join.alias}_deleted`)];
  const missing = { when: operation('OR', isNull(time), deleted), then: integer(JOIN_STATE.missing) };
  const expired =
    join.maxAge === undefined
      ? []
      : [{ when: operation('>=', operation('-', column('label_time'), time), integer(join.maxAge)), then: integer(JOIN_STATE.expired) }];
  return [
    ...join.columns.map((_, at) => ({ value: column(carriedColumn(join, at)) })),
    { value: time },
    { value: { kind: 'case', branches: [missing, ...expired], otherwise: integer(JOIN_STATE.value) }, as: `${join.alias}_state` },
    { value: call('coalesce', column(`${join.alias}_tied`), bool(false)), as: `${join.alias}_tie` },
  ];
}
