import type { Json } from './json.ts';
import { StatesError } from './states-error.ts';

/** Bytes of UTF-8 that an input, a result or an output of a state may have. */
export const PAYLOAD_LIMIT_BYTES = 262_144;

/** The JSON text of a payload. @throws StatesError States.DataLimitExceeded */
export function printPayload(value: Json, what: string): string {
  const text = JSON.stringify(value);
  if (exceedsPayloadLimit(text)) {
    throw new StatesError(
      'States.DataLimitExceeded',
      `${what} has a size exceeding the maximum number of bytes service limit (${PAYLOAD_LIMIT_BYTES}).`,
    );
  }
  return text;
}

export function exceedsPayloadLimit(text: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8, so most payloads need no count.
  return text.length * 3 > PAYLOAD_LIMIT_BYTES && Buffer.byteLength(text) > PAYLOAD_LIMIT_BYTES;
}
