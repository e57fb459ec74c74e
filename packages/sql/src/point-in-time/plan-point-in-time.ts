import { TidemarkError } from '@tidemark/domain';
import { cast, column, type Expression, integer, operation, type Query, type SelectColumn, when } from '../tree.ts';
import { windowsOf } from '../windows/windows-of.ts';
import { historyOf } from './history.ts';
import { JOIN_STATE, type PlanJoin, type PointInTimePlan } from './plan.ts';
import { answersName, carriedColumn, type Stream, streamOf } from './stream.ts';

/**
 * The point-in-time join of a plan: one row per label, in no order, with `label_row`; per join its outputs, `{alias}_time`
 * (event time of the row that won, in the plan's unit, NULL when there is none), `{alias}_state` ({@link JOIN_STATE}) and
 * `{alias}_tie` (whether only the content of the row decided); and `label_range` when the plan has a range size.
 *
 * @throws PIT_OPTION_INVALID for a unit coarser than ms; PIT_LABEL_COLUMN_CLASH when two result columns have one name.
 */
export function planPointInTime(plan: PointInTimePlan): Query {
  if (plan.unit === 's')
    throw new TidemarkError('PIT_OPTION_INVALID', 'a plan compares times in ms, us or ns: arrival times have milliseconds', {
      field: 'unit',
    });
  const streams = streamsOf(plan.joins);
  const windows = (plan.windows ?? []).map((one) => windowsOf(plan, one));
  const [first, ...others] = [...streams.map(answersName), ...windows.map((one) => one.answers)];
  const labelRow = column('label_row', first);
  const columns: SelectColumn[] = [
    { value: labelRow, as: 'label_row' },
    ...plan.joins.flatMap(resultColumns),
    ...windows.flatMap((one) => one.columns),
    ...(plan.rangeSize === undefined ? [] : [{ value: rangeOf(labelRow, plan.rangeSize), as: 'label_range' }]),
  ];
  assertDistinct(columns);
  return {
    with: [
      ...plan.joins.map((join) => historyOf(plan, join)),
      ...streams.flatMap((stream) => streamOf(plan, stream)),
      ...windows.flatMap((one) => one.queries),
    ],
    body: {
      kind: 'select',
      columns,
      from: first === undefined ? { kind: 'table', table: plan.labels.table } : { kind: 'with', name: first },
      joins: others.map((name) => ({ name, on: operation('=', column('label_row', name), labelRow) })),
    },
  };
}

/** Joins in the order of the plan, gathered by the column of the labels that they are looked up by. */
function streamsOf(joins: readonly PlanJoin[]): Stream[] {
  const byKey = Map.groupBy(joins, (join) => join.keyColumn);
  return [...byKey].map(([keyColumn, group], at) => ({ keyColumn, joins: group, at }));
}

function resultColumns(join: PlanJoin): SelectColumn[] {
  const hasValue = operation('=', column(`${join.alias}_state`), integer(JOIN_STATE.value));
  return [
    ...join.columns.map((one, at) => ({ value: when(hasValue, column(carriedColumn(join, at))), as: one.output })),
    ...['time', 'state', 'tie'].map((part) => ({ value: column(`${join.alias}_${part}`) })),
  ];
}

const rangeOf = (labelRow: Expression, rangeSize: bigint): Expression =>
  cast(operation('/', labelRow, integer(rangeSize)), 'varchar');

function assertDistinct(columns: readonly SelectColumn[]): void {
  const names = columns.map((one) => one.as ?? (one.value.kind === 'column' ? one.value.name : ''));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new TidemarkError('PIT_LABEL_COLUMN_CLASH', `the result would have two columns named "${twice}": rename the output`, {
      field: twice,
    });
  }
}
