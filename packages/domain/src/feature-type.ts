/**
 * The types a feature can have, as values that carry the TypeScript type of what they hold.
 *
 * The store keeps every value as text (`ValueAsString`) or as a list of texts (`ValueAsStringList`, in-memory groups
 * only); `encode.ts` and `decode.ts` go there and back.
 */
export type ScalarKind = 'String' | 'Integral' | 'Fractional';
export type CollectionKind = 'List' | 'Set' | 'Vector';
export type Sensitivity = 'public' | 'internal' | 'personal';

declare const valueType: unique symbol;

export interface FeatureOptions {
  readonly description?: string;
  readonly sensitivity?: Sensitivity;
}

export interface FeatureType<Value = unknown> extends FeatureOptions {
  readonly kind: ScalarKind;
  readonly collection?: CollectionKind;
  /** Length of a Vector, 1 to 8,192. */
  readonly dimension?: number;
  /** Integral values as bigint over the whole int64 range, instead of number within ±(2^53 − 1). */
  readonly int64?: boolean;
  readonly [valueType]?: Value;
}

export type ValueOf<Type> = Type extends FeatureType<infer Value> ? Value : never;

export const text = (options: FeatureOptions = {}): FeatureType<string> => ({ kind: 'String', ...options });

/** A whole number within ±(2^53 − 1). */
export const integral = (options: FeatureOptions = {}): FeatureType<number> => ({ kind: 'Integral', ...options });

/** A whole number of 64 bits, as a bigint. */
export const integral64 = (options: FeatureOptions = {}): FeatureType<bigint> => ({ kind: 'Integral', int64: true, ...options });

/** A finite IEEE-754 double. */
export const fractional = (options: FeatureOptions = {}): FeatureType<number> => ({ kind: 'Fractional', ...options });

/** Ordered, with duplicates. In-memory groups only. */
export const listOf = <Value>(element: FeatureType<Value>): FeatureType<readonly Value[]> => ({
  ...(element as FeatureOptions),
  kind: element.kind,
  ...(element.int64 === true ? { int64: true } : {}),
  collection: 'List',
});

/** Unordered, duplicates collapse. In-memory groups only. */
export const setOf = <Value>(element: FeatureType<Value>): FeatureType<readonly Value[]> => ({
  ...listOf(element),
  collection: 'Set',
});

/** A fixed number of doubles; at most one in a group. In-memory groups only. */
export const vector = (dimension: number, options: FeatureOptions = {}): FeatureType<readonly number[]> => ({
  kind: 'Fractional',
  collection: 'Vector',
  dimension,
  ...options,
});
