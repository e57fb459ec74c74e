/**
 * Which groups Pulumi would replace on the way from one synthesised stage to another.
 *
 * The schema of the provider (aws_sagemaker_feature_group of terraform-provider-aws, which @pulumi/aws 7.20.0 is made of)
 * has ForceNew on every property of a feature group but these.
 */
import { type Inputs, ofType, type Resources } from '../resources.ts';

const IN_PLACE = ['onlineStoreConfig.ttlDuration', 'throughputConfig', 'tags'];

export function findReplacements(before: Resources, after: Resources): string[] {
  const type = 'sagemaker/featureGroup:FeatureGroup';
  const later = new Map(ofType(after, type).map((one) => [one.name, one]));
  return ofType(before, type).flatMap(({ name, inputs }) => {
    const next = later.get(name);
    if (next === undefined) return [`${name}: no longer there`];
    const ignored = next.options?.ignoreChanges ?? [];
    return differences(inputs, next.inputs)
      .filter((path) => ![...ignored, ...IN_PLACE].some((one) => path === one || path.startsWith(`${one}.`)))
      .map((path) => `${name}: ${path}`);
  });
}

/** Paths at which two values differ: into objects, not into lists. */
function differences(one: Inputs, other: Inputs, at = ''): string[] {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(one) || !isObject(other)) return JSON.stringify(one) === JSON.stringify(other) ? [] : [at];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    differences(one[key], other[key], at === '' ? key : `${at}.${key}`),
  );
}
