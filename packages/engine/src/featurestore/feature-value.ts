import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';

const MOST_DIGITS_SURE_TO_FIT = 18;
const integralPattern = /^[+-]?\d+$/;
const fractionalPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;

export type FeatureType = NonNullable<FeatureDefinition['FeatureType']>;

/** Gives what is wrong with the value, without the value; undefined when it is fine. */
export function refuseScalar(text: string, type: FeatureType, name: string): string | undefined {
  if (type === 'Integral') {
    if (integralPattern.test(text) && (text.length <= MOST_DIGITS_SURE_TO_FIT || isInt64(text))) return undefined;
    return `Validation Error: attempting to parse feature [${name}] as Integral failed. It must be a decimal integer of 64 bits.`;
  }
  if (type === 'Fractional') {
    if (fractionalPattern.test(text) && Number.isFinite(Number(text))) return undefined;
    return (
      `Validation Error: attempting to parse feature [${name}] as Fractional failed. ` +
      'It must be in the range of an IEEE 754 double, in decimal or scientific notation.'
    );
  }
  return undefined;
}

function isInt64(text: string): boolean {
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= LEAST_INT64 && value <= MOST_INT64;
}
