import type { InvocationResult, StreamRecord } from '../../ports.ts';

/** `failedFrom`: the index of the first record that is not delivered; 0 when none is. */
export type BatchOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly failedFrom: number };

const delivered: BatchOutcome = { kind: 'delivered' };
const failed: BatchOutcome = { kind: 'failed', failedFrom: 0 };

/**
 * What a function's answer says about a batch, by Lambda's rules: null, an empty object and an empty or null list mean
 * that all is well; an identifier that is null, empty, misnamed or of no record of the batch fails all of it, and so
 * does an answer that is neither null nor an object.
 */
export function batchOutcome(
  { payload, functionError }: InvocationResult,
  records: readonly StreamRecord[],
  reportsItemFailures: boolean,
): BatchOutcome {
  if (functionError !== undefined) return failed;
  if (!reportsItemFailures) return delivered;
  const answer = parse(payload);
  if (answer === null) return delivered;
  if (typeof answer !== 'object' || Array.isArray(answer)) return failed;
  const { batchItemFailures: failures } = answer as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return delivered;
  if (!Array.isArray(failures)) return failed;
  if (failures.length === 0) return delivered;
  const places = new Map(records.map(({ sequenceNumber }, at) => [sequenceNumber, at]));
  let failedFrom = records.length;
  for (const failure of failures) {
    const place = places.get((failure as { itemIdentifier?: unknown } | null)?.itemIdentifier as string);
    if (place === undefined) return failed;
    failedFrom = Math.min(failedFrom, place);
  }
  return { kind: 'failed', failedFrom };
}

function parse(payload: string): unknown {
  try {
    return payload === '' ? null : JSON.parse(payload);
  } catch {
    return payload;
  }
}
