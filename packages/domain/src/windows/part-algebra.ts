/**
 * Partial aggregates: for each kind the empty one, that of one event, and a merge that is associative and commutative,
 * so that no order of events or of tiles can be seen in a result.
 */
import type { EventField, Scalar } from './event-field.ts';
import {
  compareScalars,
  compareText,
  optionalBytes,
  readOptional,
  readScalar,
  scalarBytes,
  writeOptional,
  writeScalar,
} from './scalar.ts';
import { integerBytes, type StateReader, type StateWriter, textBytes } from './state-text.ts';
import type { PartKind } from './window-layout.ts';

/** The value of the event that comes first or last by (event time, id). */
export interface End {
  readonly timeMs: number;
  readonly id: string;
  readonly value: Scalar;
}

export interface PartialOf {
  readonly count: bigint;
  readonly present: bigint;
  readonly sum: bigint;
  readonly squares: bigint;
  readonly min: Scalar | null;
  readonly max: Scalar | null;
  readonly first: End | null;
  readonly last: End | null;
  /** Sorted. */
  readonly distinct: readonly Scalar[];
}
export type Partial = PartialOf[PartKind];

/** What limits the text of a partial aggregate of one tile. */
export interface PartLimits {
  readonly eventsPerStep: number;
  readonly distinctPerStep: number;
  readonly idBytes: number;
  /** Greatest magnitude of the field in whole units. */
  readonly units: number;
}

interface Algebra<P> {
  readonly empty: P;
  readonly of: (value: Scalar, event: { readonly timeMs: number; readonly id: string }) => P;
  readonly merge: (a: P, b: P) => P;
  readonly write: (writer: StateWriter, part: P, field: EventField) => void;
  readonly read: (reader: StateReader, field: EventField) => P;
  readonly greatestBytes: (limits: PartLimits, field: EventField) => number;
}

function additive(of: (value: Scalar) => bigint, greatest: (limits: PartLimits) => bigint): Algebra<bigint> {
  return {
    empty: 0n,
    of,
    merge: (a, b) => a + b,
    write: (writer, part) => writer.integer(part),
    read: (reader) => reader.bigint(),
    greatestBytes: (limits) => integerBytes(greatest(limits)),
  };
}

function extreme(sign: 1 | -1): Algebra<Scalar | null> {
  return {
    empty: null,
    of: (value) => value,
    merge: (a, b) => (a === null ? b : b === null ? a : compareScalars(a, b) * sign <= 0 ? a : b),
    write: (writer, part, field) => writeOptional(writer, field, part),
    read: readOptional,
    greatestBytes: (_, field) => optionalBytes(field),
  };
}

function end(sign: 1 | -1): Algebra<End | null> {
  return {
    empty: null,
    of: (value, { timeMs, id }) => ({ timeMs, id, value }),
    merge: (a, b) => (a === null ? b : b === null ? a : compareEvents(a, b) * sign <= 0 ? a : b),
    write: (writer, part, field) => {
      writer.integer(part === null ? null : part.timeMs);
      if (part === null) return;
      writer.text(part.id);
      writeScalar(writer, field, part.value);
    },
    read: (reader, field) => {
      const timeMs = reader.integerOrNull();
      return timeMs === null ? null : { timeMs, id: reader.text(), value: readScalar(reader, field) };
    },
    greatestBytes: ({ idBytes }, field) => integerBytes(Number.MAX_SAFE_INTEGER) + textBytes(idBytes) + scalarBytes(field),
  };
}

export const compareEvents = (a: { timeMs: number; id: string }, b: { timeMs: number; id: string }): number =>
  a.timeMs - b.timeMs || compareText(a.id, b.id);

const algebras: { readonly [Kind in PartKind]: Algebra<PartialOf[Kind]> } = {
  count: additive(
    () => 1n,
    ({ eventsPerStep }) => BigInt(eventsPerStep),
  ),
  present: additive(
    () => 1n,
    ({ eventsPerStep }) => BigInt(eventsPerStep),
  ),
  sum: additive(BigInt, ({ eventsPerStep, units }) => BigInt(eventsPerStep) * BigInt(units)),
  squares: additive(
    (value) => BigInt(value) ** 2n,
    ({ eventsPerStep, units }) => BigInt(eventsPerStep) * BigInt(units) ** 2n,
  ),
  min: extreme(1),
  max: extreme(-1),
  first: end(1),
  last: end(-1),
  distinct: {
    empty: [],
    of: (value) => [value],
    merge: (a, b) => (a.length === 0 ? b : b.length === 0 ? a : [...new Set([...a, ...b])].sort(compareScalars)),
    write: (writer, part, field) => {
      writer.integer(part.length);
      for (const value of part) writeScalar(writer, field, value);
    },
    read: (reader, field) => Array.from({ length: reader.integer() }, () => readScalar(reader, field)),
    greatestBytes: ({ distinctPerStep }, field) => integerBytes(distinctPerStep) + distinctPerStep * scalarBytes(field),
  },
};

/** The algebra of a kind; partial aggregates of one part stay with that part, so their type need not be known. */
export const algebraOf = (kind: PartKind): Algebra<Partial> => algebras[kind] as unknown as Algebra<Partial>;
