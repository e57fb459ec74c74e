/**
 * The values that an event of a windowed group carries, as values that carry the TypeScript type of what they hold.
 *
 * Sums, means and variances are made of whole numbers only (integers, or decimals as multiples of 10^-scale), so they are
 * exact and the same on every path, in every order. Plain doubles can be counted, compared and kept, never added up.
 */
import { type FeatureOptions, type FeatureType, fractional, integral, text } from '../feature-type.ts';

declare const fieldValue: unique symbol;

interface FieldOf<Value> extends FeatureOptions {
  readonly [fieldValue]?: Value;
}
/** Text of at most `maxBytes` bytes of UTF-8. */
export interface TextField extends FieldOf<string> {
  readonly kind: 'text';
  readonly maxBytes: number;
}
/** A whole number from `-within` to `within`. */
export interface IntegerField extends FieldOf<number> {
  readonly kind: 'integer';
  readonly within: number;
}
/** A number from `-within` to `within` with at most `scale` digits after the point. */
export interface DecimalField extends FieldOf<number> {
  readonly kind: 'decimal';
  readonly within: number;
  readonly scale: number;
}
/** A finite double. */
export interface NumberField extends FieldOf<number> {
  readonly kind: 'number';
}
export type EventField = TextField | IntegerField | DecimalField | NumberField;
export type FieldShape = Readonly<Record<string, EventField>>;

/** The type that a field's aggregates of one value (min, max, first, last) have. */
export type FieldValue<Field> = Field extends FieldOf<infer Value> ? Value : never;
/** What a mapping may give for a field. Decimals also as text, since JSON's numbers are often read as doubles. */
export type FieldInput<Field> = Field extends DecimalField ? number | string : FieldValue<Field>;

/** Inside a state and in the event history: text, a double, or the whole multiple of 10^-scale. */
export type Scalar = string | number;

export const field = {
  text: (options: FeatureOptions & { readonly maxBytes: number }): TextField => ({ kind: 'text', ...options }),
  integer: (options: FeatureOptions & { readonly within?: number } = {}): IntegerField => ({
    kind: 'integer',
    within: 2_147_483_647,
    ...options,
  }),
  decimal: (options: FeatureOptions & { readonly scale: number; readonly within: number }): DecimalField => ({
    kind: 'decimal',
    ...options,
  }),
  number: (options: FeatureOptions = {}): NumberField => ({ kind: 'number', ...options }),
} as const;

/** How many units of its last digit one has: 1, or 10^scale. */
export const unitsPerOne = (one: EventField): number => (one.kind === 'decimal' ? 10 ** one.scale : 1);

/** The greatest magnitude of a whole-number field in its units; undefined for text and doubles. */
export const greatestUnits = (one: EventField): number | undefined =>
  one.kind === 'integer' ? one.within : one.kind === 'decimal' ? one.within * unitsPerOne(one) : undefined;

/** The feature type of one value of the field, as it is served. */
export function servedType(one: EventField): FeatureType {
  const options = optionsOf(one);
  return one.kind === 'text' ? text(options) : one.kind === 'integer' ? integral(options) : fractional(options);
}

/** The feature type of the field in the event history, where decimals stand as whole units. */
export function storedType(one: EventField): FeatureType {
  const options = optionsOf(one);
  if (one.kind === 'decimal')
    return integral({ ...options, description: `${one.description ?? ''} (in units of 10^-${one.scale})`.trim() });
  return servedType(one);
}

/** A value as it is served. Dividing once by an exact power of ten gives the double nearest to the decimal. */
export const servedValue = (one: EventField, value: Scalar): Scalar =>
  one.kind === 'decimal' ? Number(value) / unitsPerOne(one) : value;

/** What is derived from a field inherits its sensitivity. */
export const optionsOf = ({ description, sensitivity }: FeatureOptions): FeatureOptions => ({
  ...(description === undefined ? {} : { description }),
  ...(sensitivity === undefined ? {} : { sensitivity }),
});
