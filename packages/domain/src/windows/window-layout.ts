/**
 * What a group's aggregates are made of: the plan that state, evaluation and SQL share.
 *
 * An aggregate is finished from parts, each a partial aggregate that merges: mean = sum and present. Aggregates that need
 * the same part of the same field share it. A tile holds a part only as long as some window can still reach the tile.
 */
import type { AggregateKind } from './aggregate.ts';

export type PartKind = 'count' | 'present' | 'sum' | 'squares' | 'min' | 'max' | 'first' | 'last' | 'distinct';

export interface PlannedSpan {
  readonly lengthMs: number;
  readonly stepMs: number;
}

/** A partial aggregate that tiles hold. */
export interface Part {
  readonly kind: PartKind;
  /** Undefined for `count` alone. */
  readonly field: string | undefined;
  /** The windows that reach it, each once. */
  readonly spans: readonly PlannedSpan[];
}

export interface PlannedAggregate {
  readonly name: string;
  readonly kind: AggregateKind;
  readonly field: string | undefined;
  /** Undefined: all accepted history. */
  readonly span: PlannedSpan | undefined;
  /** What it is finished from, as positions in `parts`, or in `ever` where it has no span. */
  readonly parts: readonly number[];
}

export interface WindowLayout {
  /** The stretch of event time of one tile: the greatest that divides every step. */
  readonly tileMs: number;
  readonly parts: readonly Part[];
  /** Parts over all accepted history: `first` and `last`. */
  readonly ever: readonly Omit<Part, 'spans'>[];
  readonly aggregates: readonly PlannedAggregate[];
}

const PARTS_OF = {
  sum: ['sum'],
  mean: ['sum', 'present'],
  variance: ['sum', 'present', 'squares'],
  min: ['min'],
  max: ['max'],
  first: ['first'],
  last: ['last'],
  distinct: ['distinct'],
} as const satisfies Partial<Record<AggregateKind, readonly PartKind[]>>;

const partsOf = (kind: AggregateKind, field: string | undefined): readonly PartKind[] =>
  kind === 'count' ? [field === undefined ? 'count' : 'present'] : PARTS_OF[kind];

export function planLayout(aggregates: readonly Omit<PlannedAggregate, 'parts'>[], groupStepMs: number): WindowLayout {
  const parts: { kind: PartKind; field: string | undefined; spans: PlannedSpan[] }[] = [];
  const ever: Omit<Part, 'spans'>[] = [];
  const planned = aggregates.map((one) => ({
    ...one,
    parts: partsOf(one.kind, one.field).map((kind) => {
      const among: Omit<Part, 'spans'>[] = one.span === undefined ? ever : parts;
      let at = among.findIndex((part) => part.kind === kind && part.field === one.field);
      if (at < 0)
        at =
          among.push(one.span === undefined ? { kind, field: one.field } : ({ kind, field: one.field, spans: [] } as Part)) - 1;
      if (one.span !== undefined) addSpan(parts[at]?.spans ?? [], one.span);
      return at;
    }),
  }));
  const steps = aggregates.flatMap((one) => (one.span === undefined ? [] : [one.span.stepMs]));
  return { tileMs: steps.length === 0 ? groupStepMs : steps.reduce(greatestCommonDivisor), parts, ever, aggregates: planned };
}

function addSpan(spans: PlannedSpan[], span: PlannedSpan): void {
  if (!spans.some((one) => one.lengthMs === span.lengthMs && one.stepMs === span.stepMs)) spans.push(span);
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** `floor(time / step)`, also before 1970. */
export const stepOf = (timeMs: number, stepMs: number): number => Math.floor(timeMs / stepMs);

/** The first instant that a window covers at a time. */
export const windowStartMs = (timeMs: number, { lengthMs, stepMs }: PlannedSpan): number =>
  stepOf(timeMs, stepMs) * stepMs - lengthMs;

/** The first tile that any window can reach at a time or later. */
export const oldestTile = (part: Pick<Part, 'spans'>, timeMs: number, tileMs: number): number =>
  Math.min(...part.spans.map((span) => windowStartMs(timeMs, span))) / tileMs;
