import type { TtlDuration } from '../sagemaker/feature-group.ts';

const secondsByUnit: Readonly<Record<string, number>> = { Seconds: 1, Minutes: 60, Hours: 3600, Days: 86_400, Weeks: 604_800 };

/** Undefined when it is no TTL the service takes. */
export function ttlSeconds({ Unit, Value }: TtlDuration): number | undefined {
  const unitSeconds = Unit === undefined || !Object.hasOwn(secondsByUnit, Unit) ? undefined : secondsByUnit[Unit];
  if (unitSeconds === undefined || Value === undefined || !Number.isInteger(Value) || Value < 1) return undefined;
  return unitSeconds * Value;
}
