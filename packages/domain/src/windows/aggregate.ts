import type { Duration } from '../duration.ts';
import type { FeatureOptions, FeatureType } from '../feature-type.ts';
import type { DecimalField, FieldShape, FieldValue, IntegerField } from './event-field.ts';

export type AggregateKind = 'count' | 'sum' | 'mean' | 'variance' | 'min' | 'max' | 'first' | 'last' | 'distinct';

/** What a window covers at a time t: `[floor(t, step) - length, t)`. The step is the group's where it is left out. */
export interface WindowSpan {
  readonly length: Duration;
  readonly step?: Duration;
}

export interface Aggregate<Kind extends AggregateKind = AggregateKind, Field extends string | undefined = string | undefined>
  extends FeatureOptions {
  readonly kind: Kind;
  readonly field: Field;
  /** Absent: all accepted history; only for `first` and `last`. */
  readonly span: WindowSpan | undefined;
}

type Options = WindowSpan & FeatureOptions;
type OpenOptions = Partial<WindowSpan> & FeatureOptions;

function make<Kind extends AggregateKind, const Field extends string | undefined>(
  kind: Kind,
  field: Field,
  options: OpenOptions | undefined,
): Aggregate<Kind, Field> {
  const { length, step, ...described } = options ?? {};
  const span = length === undefined ? undefined : { length, ...(step === undefined ? {} : { step }) };
  return { ...described, kind, field, span };
}

const over =
  <Kind extends AggregateKind>(kind: Kind) =>
  <const Field extends string>(field: Field, options: Options): Aggregate<Kind, Field> =>
    make(kind, field, options);
const overOrEver =
  <Kind extends 'first' | 'last'>(kind: Kind) =>
  <const Field extends string>(field: Field, options?: OpenOptions): Aggregate<Kind, Field> =>
    make(kind, field, options);

/** Nothing in the window: count, sum and distinct are 0, the others missing. Events without a value of the field do not take part. */
export const aggregate = {
  /** How many events. */
  count: (options: Options): Aggregate<'count', undefined> => make('count', undefined, options),
  /** How many events have a value of the field. */
  countOf: over('count'),
  sum: over('sum'),
  /** The exact sum divided once. */
  mean: over('mean'),
  /** Of the population: the mean squared distance from the mean. */
  variance: over('variance'),
  min: over('min'),
  max: over('max'),
  /** The value of the earliest event by (event time, event id). Without a length: of all accepted history. */
  first: overOrEver('first'),
  /** The value of the latest event by (event time, event id). Without a length: of all accepted history. */
  last: overOrEver('last'),
  /** How many different values, exactly. */
  distinct: over('distinct'),
} as const;

type SummableField<Fields extends FieldShape> = {
  [Name in keyof Fields]: Fields[Name] extends IntegerField | DecimalField ? Name : never;
}[keyof Fields] &
  string;

/** The aggregates that events of these fields can have. */
export type AggregateOver<Fields extends FieldShape> =
  | Aggregate<'count', undefined>
  | Aggregate<'sum' | 'mean' | 'variance', SummableField<Fields>>
  | Aggregate<'count' | 'min' | 'max' | 'first' | 'last' | 'distinct', keyof Fields & string>;

/** The features that a group's windows are, by name. */
export type WindowFeatures<Fields extends FieldShape, Windows> = {
  readonly [Name in keyof Windows]: Windows[Name] extends Aggregate<infer Kind, infer Field>
    ? Kind extends 'min' | 'max' | 'first' | 'last'
      ? Field extends keyof Fields
        ? FeatureType<FieldValue<Fields[Field]>>
        : never
      : FeatureType<number>
    : never;
};
