/**
 * What the declared bounds make of a group: the greatest record it can write and the greatest sums it can reach.
 *
 * Both are refused at definition, so that at run time no total leaves what is exact and no record is too large to be written.
 */
import { MAX_RECORD_BYTES } from '../encode-record.ts';
import { MAX_KEY_BYTES } from '../entity-key.ts';
import { TidemarkError } from '../errors.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import { DIGEST_CHARS } from './event-digest.ts';
import { type EventField, greatestUnits, field as newField, unitsPerOne } from './event-field.ts';
import { algebraOf, type PartLimits } from './part-algebra.ts';
import { optionalBytes } from './scalar.ts';
import { integerBytes, textBytes } from './state-text.ts';
import type { PlannedAggregate, PlannedSpan } from './window-layout.ts';

export interface WindowBounds {
  readonly events: number;
  readonly eventsPerStep: number;
  readonly distinctPerStep: number;
  readonly idBytes: number;
}

/** @throws DEFINITION_INVALID */
export function assertBounds(group: WindowedGroup): void {
  const { bounds, layout } = group.windowed;
  const where = `group ${group.name}`;
  for (const [name, value] of Object.entries(bounds)) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new TidemarkError('DEFINITION_INVALID', `${where}: bounds.${name} must be a whole number greater than 0`, {
        field: name,
      });
    }
  }
  for (const one of layout.aggregates) assertExact(group, one);
  const bytes = greatestRecordBytes(group);
  if (bytes > MAX_RECORD_BYTES) {
    const kilobytes = Math.ceil(bytes / 1_024);
    throw new TidemarkError(
      'DEFINITION_INVALID',
      `${where}: a record could grow to ${kilobytes} KB of at most 350: lower bounds.events, eventsPerStep, distinctPerStep, the bytes of texts, or the number of steps`,
    );
  }
}

/** The greatest number of events that a window can hold: its steps, and the one that has begun. */
export const greatestEvents = ({ windowed }: WindowedGroup, { lengthMs, stepMs }: PlannedSpan): number =>
  ((lengthMs + stepMs) / windowed.layout.tileMs) * windowed.bounds.eventsPerStep;

/** Totals are exact as doubles up to 2^53 - 1, and in SQL as 64-bit integers. */
function assertExact(group: WindowedGroup, { name, kind, field: of, span }: PlannedAggregate): void {
  if (span === undefined || of === undefined || !['sum', 'mean', 'variance'].includes(kind)) return;
  const field = group.windowed.fields[of] as EventField;
  const events = BigInt(greatestEvents(group, span));
  const [most, scale] = [BigInt(greatestUnits(field) ?? 0), BigInt(unitsPerOne(field))];
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  const tooGreat = kind === 'variance' ? (events * (most > scale ? most : scale)) ** 2n >= 2n ** 63n : false;
  if (!tooGreat && events * most <= safe && events * scale <= safe) return;
  throw new TidemarkError(
    'DEFINITION_INVALID',
    `group ${group.name}: ${name} of up to ${events} events of "${of}" within ${most} units could pass what is exact: lower bounds.eventsPerStep or \`within\``,
    { field: name },
  );
}

/** Version, fingerprint, two times, four numbers of elements. */
const HEADER_BYTES = 2 + 9 + 6 * integerBytes(Number.MAX_SAFE_INTEGER);
const TIME_BYTES = integerBytes(Number.MAX_SAFE_INTEGER);
/** Key parts stand beside the entity key; names, the event time and the store's own features. */
const RECORD_BYTES = 2 * MAX_KEY_BYTES + 1_024;

/** An upper bound of the size of the group's online record. */
export function greatestRecordBytes(group: WindowedGroup): number {
  const { fields, layout } = group.windowed;
  const values = layout.aggregates.map(({ name, kind, field }) => {
    const one = field === undefined ? undefined : fields[field];
    return (
      name.length + (one === undefined || !['min', 'max', 'first', 'last'].includes(kind) ? 25 : Math.max(25, optionalBytes(one)))
    );
  });
  return RECORD_BYTES + sum(values) + greatestStateBytes(group);
}

/** An upper bound of the size of the text of a state. */
export function greatestStateBytes(group: WindowedGroup): number {
  const { bounds, layout, fields, futureToleranceMs, latenessMs, redeliveryMs } = group.windowed;
  const steps = (ms: number) => Math.ceil(ms / layout.tileMs);
  const openSteps = steps(2 * futureToleranceMs) + 2;
  const openEvents = Math.min(bounds.events, openSteps * bounds.eventsPerStep);
  const kept = keptFields(group).map((name) => optionalBytes(fields[name] as EventField));
  const open = openEvents * (integerBytes(openSteps * layout.tileMs) + textBytes(bounds.idBytes) + sum(kept));

  const reach = layout.parts.flatMap((part) => part.spans).map(({ lengthMs, stepMs }) => (lengthMs + stepMs) / layout.tileMs);
  const tiles = Math.max(0, ...reach);
  const partBytes = sum(
    layout.parts.map(
      (part) =>
        greatestPartBytes(group, part) * Math.max(...part.spans.map((one) => (one.lengthMs + one.stepMs) / layout.tileMs)),
    ),
  );
  const ever = sum(layout.ever.map((part) => greatestPartBytes(group, part)));

  const seenSteps = steps(latenessMs + redeliveryMs + futureToleranceMs) + 2;
  const seen =
    Math.min(bounds.events, seenSteps) * (integerBytes(seenSteps) + integerBytes(bounds.eventsPerStep)) +
    bounds.events * DIGEST_CHARS;
  return HEADER_BYTES + open + 2 * TIME_BYTES + tiles * integerBytes(tiles) + partBytes + ever + seen;
}

function greatestPartBytes(
  { windowed }: WindowedGroup,
  part: { kind: Parameters<typeof algebraOf>[0]; field: string | undefined },
): number {
  const field = part.field === undefined ? newField.number() : (windowed.fields[part.field] as EventField);
  const limits: PartLimits = { ...windowed.bounds, units: greatestUnits(field) ?? 0 };
  return algebraOf(part.kind).greatestBytes(limits, field);
}

/** The fields that an aggregate reads: only they are kept in a state. */
export const keptFields = ({ windowed: { layout, fields } }: WindowedGroup): string[] =>
  Object.keys(fields).filter((name) => layout.aggregates.some((one) => one.field === name));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
