/** The payload columns of a stream: one slot per type and position, shared by all groups, so that rows stay narrow. */
import { cast, column, type Expression, NULL, type SelectColumn } from '../tree.ts';
import { historyColumn } from './history.ts';
import type { ColumnType, PlanJoin } from './plan.ts';

const PREFIX = { varchar: 'v', bigint: 'b', double: 'd' } as const satisfies Record<ColumnType, string>;

export interface Slot {
  readonly name: string;
  readonly type: ColumnType;
}

/** The slot of each column of a join, in the order of its columns. */
export function slotsOf(join: PlanJoin): Slot[] {
  const used: Record<ColumnType, number> = { varchar: 0, bigint: 0, double: 0 };
  return join.columns.map(({ type }) => {
    used[type] += 1;
    return { name: `${PREFIX[type]}${used[type]}`, type };
  });
}

/** Every slot that any of the joins uses, each once. */
export function slotsOfAll(joins: readonly PlanJoin[]): Slot[] {
  const slots = new Map(joins.flatMap(slotsOf).map((slot) => [slot.name, slot]));
  return [...slots.values()].sort((a, b) =>
    a.type === b.type ? Number(a.name.slice(1)) - Number(b.name.slice(1)) : a.type < b.type ? -1 : 1,
  );
}

/** What a label brings into the slots: nothing, of the right type. */
export const emptySlots = (slots: readonly Slot[]): SelectColumn[] =>
  slots.map(({ name, type }) => ({ value: cast(NULL, type), as: name }));

/** What a history row brings into the slots: its own columns, NULL in those of wider joins. */
export function filledSlots(slots: readonly Slot[], join: PlanJoin): SelectColumn[] {
  const own = new Map<string, Expression>(slotsOf(join).map((slot, at) => [slot.name, column(historyColumn(at))]));
  return slots.map(({ name }) => ({ value: own.get(name) ?? NULL }));
}
