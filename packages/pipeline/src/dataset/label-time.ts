import { NS_PER, type Precision, parseIsoNs, TidemarkError } from '@tidemark/domain';

/** A label's moment, as text, timestamp or integer of Parquet, in whole units. Finer than the unit is refused, never rounded. */
export function labelTimeIn(unit: Precision, value: unknown, column: string, row: number): bigint {
  const where = () => `${column} of label ${row}`;
  if (value === null || value === undefined || value === '') {
    throw new TidemarkError('PIT_LABEL_TIME_MISSING', `${where()} is empty`, { field: column });
  }
  const timeNs =
    value instanceof Date ? BigInt(value.getTime()) * NS_PER.ms : typeof value === 'string' ? parseIsoNs(value) : undefined;
  if (timeNs === undefined) {
    throw new TidemarkError(
      'PIT_LABEL_TIME_MALFORMED',
      `${where()} is neither a timestamp nor UTC ISO-8601 such as 2026-01-31T09:00:00Z`,
      { field: column },
    );
  }
  if (timeNs % NS_PER[unit] !== 0n) {
    throw new TidemarkError('PIT_LABEL_TIME_TOO_FINE', `${where()} is finer than ${unit}`, { field: column });
  }
  return timeNs / NS_PER[unit];
}
