/**
 * One mapped row → one record as the store takes it, or the reason why not. Total: it never throws.
 *
 * What the service would refuse is refused here first, by name, so that a refusal by the service afterwards means a
 * fault of a dependency and never of a row (DESIGN §4, Batch).
 */
import type { Group } from './define-group.ts';
import { MAX_KEY_BYTES, printEntityKey } from './entity-key.ts';
import { type Refusal, refuse } from './errors.ts';
import { checkEventTime, type EventTimeNs } from './event-time.ts';
import type { FeatureType } from './feature-type.ts';
import { ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE } from './names.ts';

export type WireValue = string | readonly string[];

export interface FeatureRecord {
  readonly entityKey: string;
  /** As written. */
  readonly eventTime: string;
  readonly eventTimeNs: EventTimeNs;
  /** Features that have a value, in the order of the group, key and event time first. */
  readonly values: readonly (readonly [feature: string, value: WireValue])[];
}

export const MAX_RECORD_BYTES = 350 * 1024;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

export const isRefusal = (outcome: object): outcome is Refusal => 'code' in outcome;

/** What is asked of every row, worked out once for a group. */
interface Plan {
  readonly features: readonly (readonly [name: string, type: FeatureType])[];
  /** What a mapping may return. */
  readonly names: ReadonlySet<string>;
}

const plans = new WeakMap<Group, Plan>();

function planOf(group: Group): Plan {
  let plan = plans.get(group);
  if (plan === undefined) {
    const names = new Set([...Object.keys(group.entity.key), ...Object.keys(group.features), 'eventTime']);
    plan = { features: Object.entries(group.features), names };
    plans.set(group, plan);
  }
  return plan;
}

/** `(group, what its mapping returned) → record`, or the first reason against it. */
export function encodeRecord(group: Group, input: Readonly<Record<string, unknown>>): FeatureRecord | Refusal {
  const { features, names } = planOf(group);
  const key = encodeKey(group, input);
  if ('code' in key) return key;

  const written = input.eventTime;
  if (written === null || written === undefined || written === '') {
    return refuse('ROW_EVENT_TIME_MISSING', 'the row has no event time', 'eventTime');
  }
  if (typeof written !== 'string') return refuse('ROW_EVENT_TIME_MALFORMED', 'the event time must be text', 'eventTime');
  const time = checkEventTime(written, group.precision, 'eventTime');
  if ('code' in time) return time;

  const values: [string, WireValue][] = [[ENTITY_KEY_FEATURE, key.entityKey], ...key.parts, [EVENT_TIME_FEATURE, written]];
  for (const [feature, type] of features) {
    const value = input[feature];
    if (value === null || value === undefined) continue;
    const encoded = encodeValue(feature, type, value);
    if (typeof encoded === 'object' && 'code' in encoded) return encoded;
    if (encoded.length > 0 || type.collection === undefined) values.push([feature, encoded]);
  }
  for (const name in input) {
    if (!names.has(name)) return refuse('ROW_UNKNOWN_FEATURE', `group ${group.name} has no feature "${name}"`, name);
  }
  if (isTooLarge(values)) return refuse('ROW_TOO_LARGE', 'the record would be larger than 350 KB');
  return { entityKey: key.entityKey, eventTime: written, eventTimeNs: time.timeNs, values };
}

/** `(group, what its mapping returned) → canonical key and its parts as text`, or the reason against them. */
export function encodeKey(
  group: Pick<Group, 'entity'>,
  input: Readonly<Record<string, unknown>>,
): { entityKey: string; parts: [string, string][] } | Refusal {
  const parts: [string, string][] = [];
  for (const [part, type] of Object.entries(group.entity.key)) {
    const value = input[part];
    if (value === null || value === undefined || value === '') return refuse('ROW_KEY_MISSING', `${part} is empty`, part);
    const fits = type === 'integral' ? Number.isSafeInteger(value) : typeof value === 'string' && value.isWellFormed();
    if (!fits) return refuse('ROW_WRONG_TYPE', `${part} must be ${type === 'integral' ? 'a whole number' : 'text'}`, part);
    parts.push([part, String(value)]);
  }
  const entityKey = printEntityKey(parts.map(([, value]) => value));
  if (Buffer.byteLength(entityKey) > MAX_KEY_BYTES)
    return refuse('ROW_KEY_TOO_LONG', 'the entity key is longer than 2,048 bytes');
  return { entityKey, parts };
}

function encodeValue(feature: string, type: FeatureType, value: unknown): WireValue | Refusal {
  if (type.collection === undefined) return encodeScalar(feature, type, value);
  if (!Array.isArray(value)) return refuse('ROW_COLLECTION_INVALID', `${feature} must be an array`, feature);
  if (type.collection === 'Vector' && value.length !== type.dimension) {
    return refuse('ROW_COLLECTION_INVALID', `${feature} must have ${type.dimension} elements`, feature);
  }
  const elements: string[] = [];
  for (const element of value) {
    if (element === null || element === undefined) {
      return refuse('ROW_COLLECTION_INVALID', `${feature} has an element without a value`, feature);
    }
    const encoded = encodeScalar(feature, type, element);
    if (typeof encoded !== 'string') return encoded;
    elements.push(encoded);
  }
  return type.collection === 'Set' ? [...new Set(elements)] : elements;
}

function encodeScalar(feature: string, type: FeatureType, value: unknown): string | Refusal {
  if (type.kind === 'String') {
    return typeof value === 'string' && value.isWellFormed() ? value : wrongType(feature, 'well-formed text');
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return refuse('ROW_NOT_A_NUMBER', `${feature} is NaN or infinite; leave it out where there is no value`, feature);
  }
  if (type.kind === 'Fractional') return typeof value === 'number' ? String(value) : wrongType(feature, 'a number');
  if (type.int64 === true) {
    if (typeof value !== 'bigint') return wrongType(feature, 'a bigint');
    return value >= INT64_MIN && value <= INT64_MAX
      ? String(value)
      : refuse('ROW_OUT_OF_RANGE', `${feature} does not fit 64 bits`, feature);
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(feature, 'a whole number');
  // Beyond 2^53 a number is no longer the integer that was written.
  return Number.isSafeInteger(value)
    ? String(value)
    : refuse('ROW_OUT_OF_RANGE', `${feature} is beyond ±(2^53 − 1): declare it integral64`, feature);
}

const wrongType = (feature: string, wanted: string) => refuse('ROW_WRONG_TYPE', `${feature} must be ${wanted}`, feature);

/** UTF-8 has at most three bytes for a unit of text, so only what comes near the limit is measured. */
function isTooLarge(values: readonly (readonly [string, WireValue])[]): boolean {
  return sizeOf(values, lengthOf) * 3 > MAX_RECORD_BYTES && sizeOf(values, Buffer.byteLength) > MAX_RECORD_BYTES;
}

const lengthOf = (text: string) => text.length;

function sizeOf(values: readonly (readonly [string, WireValue])[], measure: (text: string) => number): number {
  let size = 0;
  for (const [feature, value] of values) {
    size += feature.length;
    if (typeof value === 'string') size += measure(value);
    else for (const one of value) size += measure(one);
  }
  return size;
}
