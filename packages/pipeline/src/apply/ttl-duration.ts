const UNITS = { Weeks: 604_800_000, Days: 86_400_000, Hours: 3_600_000, Minutes: 60_000, Seconds: 1_000 } as const;

export interface TtlDuration {
  readonly unit: keyof typeof UNITS;
  readonly value: number;
}

/** A time to live in the largest unit of the service that says it exactly. */
export function ttlDuration(ttlMs: number): TtlDuration {
  const unit = (Object.keys(UNITS) as (keyof typeof UNITS)[]).find((one) => ttlMs % UNITS[one] === 0) ?? 'Seconds';
  return { unit, value: ttlMs / UNITS[unit] };
}

/** The inverse. */
export const ttlMsOf = ({ unit, value }: TtlDuration): number => value * UNITS[unit];
