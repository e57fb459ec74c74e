/** One value of a field inside a state: how it is ordered, written, and how long it can get. */
import type { EventField, Scalar } from './event-field.ts';
import { greatestUnits } from './event-field.ts';
import { integerBytes, type StateReader, type StateWriter, textBytes } from './state-text.ts';

/** The longest text of a double: `-1.7976931348623157e+308`, and its end. */
const DOUBLE_BYTES = 25;

/** Texts by code point, as SQL does; UTF-16 units would put astral characters before others. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export const compareScalars = (a: Scalar, b: Scalar): number =>
  typeof a === 'string' || typeof b === 'string' ? compareText(String(a), String(b)) : a - b;

export function writeScalar(writer: StateWriter, field: EventField, value: Scalar): void {
  if (typeof value === 'string') writer.text(value);
  else if (field.kind === 'number') writer.token(String(value));
  else writer.integer(value);
}

export function readScalar(reader: StateReader, field: EventField): Scalar {
  if (field.kind === 'text') return reader.text();
  return field.kind === 'number' ? Number(reader.token()) : reader.integer();
}

/** `1 ` stands before a value, `- ` for none. */
export function writeOptional(writer: StateWriter, field: EventField, value: Scalar | null): void {
  writer.integer(value === null ? null : 1);
  if (value !== null) writeScalar(writer, field, value);
}

export const readOptional = (reader: StateReader, field: EventField): Scalar | null =>
  reader.integerOrNull() === null ? null : readScalar(reader, field);

export function scalarBytes(field: EventField): number {
  if (field.kind === 'text') return textBytes(field.maxBytes);
  return field.kind === 'number' ? DOUBLE_BYTES : integerBytes(greatestUnits(field) ?? 0);
}
export const optionalBytes = (field: EventField): number => 2 + scalarBytes(field);
