/** The parts of aggregates as columns of a query, and the values that windows are finished from them: the counterpart of `evaluateWindows`. */
import { type EventField, type Part, type PlannedAggregate, unitsPerOne } from '@tidemark/domain';
import { call, cast, column, type Expression, integer, isNotNull, operation, when } from '../tree.ts';
import { type PlanWindows, sameSpan, selectedAggregates } from './plan-windows.ts';

/** One part of one span; without a span: over all history. */
export interface SpanPart {
  readonly kind: Part['kind'];
  readonly field: string | undefined;
  readonly span: PlannedAggregate['span'];
  /** Its name in the query. */
  readonly name: string;
}

/** Every part that the selected aggregates need, each once. */
export function spanParts(windows: PlanWindows): SpanPart[] {
  const parts: SpanPart[] = [];
  for (const one of selectedAggregates(windows)) {
    for (const { kind, field } of partsOf(windows, one)) {
      if (parts.some((part) => part.kind === kind && part.field === field && sameSpan(part.span, one.span))) continue;
      parts.push({ kind, field, span: one.span, name: `${windows.alias}_${kind}${parts.length + 1}` });
    }
  }
  return parts;
}

const partsOf = ({ windowed: { layout } }: PlanWindows, one: PlannedAggregate): readonly Pick<Part, 'kind' | 'field'>[] =>
  one.parts.map((at) => (one.span === undefined ? layout.ever[at] : layout.parts[at]) as Part);

/** What is added up over a window, and so is 0 where nothing is in it. */
export const isAdditive = ({ kind }: Pick<SpanPart, 'kind'>): boolean =>
  ['count', 'present', 'sum', 'squares', 'distinct'].includes(kind);

/** What is carried along the one stream of labels and events; the other parts are found in blocks. */
export const isRunning = (part: SpanPart): boolean => isAdditive(part) || part.span === undefined;

/** The column that holds the entity key of a label. */
export const keyName = (windows: PlanWindows): string => `${windows.alias}_k`;

export function finishedValue(windows: PlanWindows, feature: string): Expression {
  const one = windows.windowed.layout.aggregates.find(({ name }) => name === feature) as PlannedAggregate;
  const all = spanParts(windows);
  const values = partsOf(windows, one).map(({ kind, field }) => {
    const part = all.find((other) => other.kind === kind && other.field === field && sameSpan(other.span, one.span)) as SpanPart;
    return isAdditive(part) ? cast(call('coalesce', column(part.name), integer(0)), 'bigint') : column(part.name);
  }) as [Expression, Expression, Expression];
  const field = one.field === undefined ? undefined : windows.windowed.fields[one.field];
  return finish(one, field, values, isNotNull(column(keyName(windows))));
}

function finish(
  { kind }: PlannedAggregate,
  field: EventField | undefined,
  [first, present, squares]: readonly [Expression, Expression, Expression],
  hasKey: Expression,
): Expression {
  const scale = integer(field === undefined ? 1 : unitsPerOne(field));
  const isDecimal = field?.kind === 'decimal';
  const served = (value: Expression) => (isDecimal ? divide(value, scale) : value);
  switch (kind) {
    case 'count':
    case 'distinct':
      return when(hasKey, first);
    case 'sum':
      return when(hasKey, served(first));
    case 'mean':
      return when(operation('>', present, integer(0)), divide(first, isDecimal ? operation('*', present, scale) : present));
    case 'variance': {
      const scaled = isDecimal ? operation('*', present, scale) : present;
      const squaredDistances = operation('-', operation('*', present, squares), operation('*', first, first));
      return when(operation('>', present, integer(0)), divide(squaredDistances, operation('*', scaled, scaled)));
    }
    default:
      return served(first);
  }
}

/** Whole numbers divided once, as doubles: the same rounding on every path. */
const divide = (value: Expression, by: Expression): Expression => operation('/', cast(value, 'double'), cast(by, 'double'));
