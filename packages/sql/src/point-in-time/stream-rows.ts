/** What goes into a stream: labels (g = 0) and histories (g = 1, 2 …), as rows of one shape: `k, g, t, [seen,] o1, o2, o3, deleted, slots`. */
import { NS_PER } from '@tidemark/domain';
import { bool, call, cast, column, type Expression, integer, operation, type Select } from '../tree.ts';
import type { PlanJoin, PointInTimePlan } from './plan.ts';
import { emptySlots, filledSlots, type Slot } from './slots.ts';

/** Then a row becomes visible at its arrival, and the stream needs a column for that. */
export const byArrival = (plan: PointInTimePlan) => plan.knowledge === 'arrival-time';

export function labelRows(plan: PointInTimePlan, keyColumn: string, slots: readonly Slot[]): Select {
  return {
    kind: 'select',
    columns: [
      { value: column(keyColumn), as: 'k' },
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

export function historyRows(plan: PointInTimePlan, join: PlanJoin, group: number, slots: readonly Slot[]): Select {
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
  return call(
    'greatest',
    column('t'),
    offset < 0n ? operation('-', arrived, integer(-offset)) : operation('+', arrived, integer(offset)),
  );
}
