/** What a mapping returned → one event of a windowed group, or the reason why not. Total: it never throws. */
import { encodeKey } from '../encode-record.ts';
import { type Refusal, refuse } from '../errors.ts';
import { checkEventTime, toMs } from '../event-time.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import { contentId, type EventValues } from './event-digest.ts';
import { type EventField, type Scalar, unitsPerOne } from './event-field.ts';

/** One event of one entity, checked against its group. */
export interface WindowEvent {
  readonly entityKey: string;
  /** Parts of the entity's key, as text. */
  readonly keyParts: readonly (readonly [part: string, value: string])[];
  readonly id: string;
  /** As written. */
  readonly eventTime: string;
  readonly timeMs: number;
  /** Every field of the group; decimals in whole units. */
  readonly values: EventValues;
}

export function encodeEvent(group: WindowedGroup, input: Readonly<Record<string, unknown>>): WindowEvent | Refusal {
  const { fields, identity, bounds } = group.windowed;
  const key = encodeKey(group, input);
  if ('code' in key) return key;
  const written = input.eventTime;
  if (written === null || written === undefined || written === '')
    return refuse('ROW_EVENT_TIME_MISSING', 'the event has no event time', 'eventTime');
  if (typeof written !== 'string') return refuse('ROW_EVENT_TIME_MALFORMED', 'the event time must be text', 'eventTime');
  const time = checkEventTime(written, group.precision, 'eventTime');
  if ('code' in time) return time;
  const timeMs = toMs(time.timeNs);

  const values: Record<string, Scalar | null> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = encodeField(name, field, input[name]);
    if (typeof value === 'object' && value !== null) return value;
    values[name] = value;
  }
  const unknown = Object.keys(input).find(
    (name) => name !== 'eventTime' && name !== 'eventId' && !(name in fields) && !(name in group.entity.key),
  );
  if (unknown !== undefined)
    return refuse('ROW_UNKNOWN_FEATURE', `the events of group ${group.name} have no field "${unknown}"`, unknown);

  const id = identity === 'content' ? contentId({ timeMs, values }) : input.eventId;
  if (typeof id !== 'string' || id === '' || !id.isWellFormed())
    return refuse('EVENT_ID_MISSING', 'the event has no id', 'eventId');
  if (Buffer.byteLength(id) > bounds.idBytes) {
    return refuse('EVENT_BOUND_EXCEEDED', `the id has more than the ${bounds.idBytes} bytes that the group declares`, 'eventId');
  }
  return { entityKey: key.entityKey, keyParts: key.parts, id, eventTime: written, timeMs, values };
}

function encodeField(name: string, field: EventField, value: unknown): Scalar | null | Refusal {
  if (value === null || value === undefined) return null;
  if (field.kind === 'text') return encodeText(name, field.maxBytes, value);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return refuse('ROW_NOT_A_NUMBER', `${name} is NaN or infinite; leave it out where there is no value`, name);
  }
  // Minus zero equals zero but is written otherwise: adding zero makes it plain.
  if (field.kind === 'number')
    return typeof value === 'number' ? value + 0 : refuse('ROW_WRONG_TYPE', `${name} must be a number`, name);
  const units =
    field.kind === 'decimal' ? decimalUnits(value, field.scale) : Number.isInteger(value) ? (value as number) + 0 : undefined;
  if (units === undefined) {
    const wanted = field.kind === 'decimal' ? `a number with at most ${field.scale} digits after the point` : 'a whole number';
    return refuse('ROW_WRONG_TYPE', `${name} must be ${wanted}`, name);
  }
  if (Math.abs(units) > field.within * unitsPerOne(field)) {
    return refuse('ROW_OUT_OF_RANGE', `${name} is not within the ±${field.within} that the group declares`, name);
  }
  return units;
}

function encodeText(name: string, maxBytes: number, value: unknown): string | Refusal {
  if (typeof value !== 'string' || !value.isWellFormed())
    return refuse('ROW_WRONG_TYPE', `${name} must be well-formed text`, name);
  if (Buffer.byteLength(value) <= maxBytes) return value;
  return refuse('EVENT_BOUND_EXCEEDED', `${name} has more than the ${maxBytes} bytes that the group declares`, name);
}

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{0,15}))?$/;

/** A decimal in whole units, read from its digits: never by multiplying a double. */
function decimalUnits(value: unknown, scale: number): number | undefined {
  const match = typeof value === 'number' || typeof value === 'string' ? DECIMAL.exec(String(value)) : null;
  if (match === null) return undefined;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return undefined;
  const units = Number(`${match[2]}${fraction.padEnd(scale, '0')}`);
  if (!Number.isSafeInteger(units)) return undefined;
  return match[1] === '-' ? 0 - units : units;
}
