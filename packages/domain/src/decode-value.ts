import type { WireValue } from './encode-record.ts';
import type { FeatureType } from './feature-type.ts';

export type FeatureValue = string | number | bigint | readonly (string | number | bigint)[];

const INTEGER = /^[+-]?\d+$/;

/**
 * A value as the store gives it → the type that the definition declares. Undefined when the text is not of that type:
 * another program may have written it.
 */
export function decodeValue(type: FeatureType, value: WireValue): FeatureValue | undefined {
  if (type.collection === undefined) return typeof value === 'string' ? decodeScalar(type, value) : undefined;
  if (typeof value === 'string') return undefined;
  const elements = value.map((element) => decodeScalar(type, element));
  return elements.every((element) => element !== undefined) ? elements : undefined;
}

function decodeScalar(type: FeatureType, text: string): string | number | bigint | undefined {
  if (type.kind === 'String') return text;
  if (type.kind === 'Integral') {
    if (!INTEGER.test(text)) return undefined;
    if (type.int64 === true) return BigInt(text);
    const whole = Number(text);
    return Number.isSafeInteger(whole) ? whole : undefined;
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
