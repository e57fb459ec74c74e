/**
 * 56 digits: `49`, then when the shard was made (14), the record's ordinal in the shard (28), the shard's index (12).
 * A shard is made later than its parents, so numbers strictly grow within a shard and over a split or merge; ordinal 0
 * is the shard's beginning, before any record.
 */
export interface SequencePosition {
  readonly shardEpochMs: number;
  readonly ordinal: number;
  readonly shardIndex: number;
}

const FORM = /^49(\d{14})(\d{28})(\d{12})$/;

export function printSequenceNumber({ shardEpochMs, ordinal, shardIndex }: SequencePosition): string {
  const digits = (value: number, count: number) => String(value).padStart(count, '0');
  return `49${digits(shardEpochMs, 14)}${digits(ordinal, 28)}${digits(shardIndex, 12)}`;
}

/** Undefined for what no shard of the engine has given out. */
export function parseSequenceNumber(text: string): SequencePosition | undefined {
  const [, epoch, ordinal, index] = FORM.exec(text) ?? [];
  if (epoch === undefined) return undefined;
  const position = { shardEpochMs: Number(epoch), ordinal: Number(ordinal), shardIndex: Number(index) };
  return Number.isSafeInteger(position.ordinal) ? position : undefined;
}
