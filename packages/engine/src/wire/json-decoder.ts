/**
 * Compiles a schema, once, into a function that checks parsed JSON against it and returns the handler's input.
 *
 * Most shapes of the hot operations look the same on the wire and in the handler, so the parsed objects are checked in
 * place and handed on; only timestamps, blobs and renamed members are written back. A JSON null means absent. Unknown
 * members stay: clients compare echoed entries with what they sent.
 */

import type { Shape, ShapeMember } from './shape.ts';
import { lowerFirst, ShapeFault } from './shape-fault.ts';
import { parseTimestamp } from './timestamp.ts';

export type Decode = (value: unknown) => unknown;

type JsonObject = Record<string, unknown>;

export interface JsonNames {
  /** restJson1 honours the jsonName trait, awsJson does not. */
  readonly useJsonName: boolean;
}

export function compileDecoder(shape: Shape, names: JsonNames, memo = new Map<unknown, Decode>()): Decode {
  const known = memo.get(shape.identity);
  if (known) return known;
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    let compiled: Decode | undefined;
    const late: Decode = (value) => {
      compiled ??= memo.get(shape.identity) as Decode;
      return compiled(value);
    };
    memo.set(shape.identity, late);
  }
  const decode = compileShape(shape, names, memo);
  memo.set(shape.identity, decode);
  return decode;
}

function compileShape(shape: Shape, names: JsonNames, memo: Map<unknown, Decode>): Decode {
  switch (shape.kind) {
    case 'structure':
      return compileMembers(shape.members, names, memo);
    case 'list':
      return listDecoder(compileDecoder(shape.value(), names, memo), shape.sparse);
    case 'map':
      return mapDecoder(compileDecoder(shape.value(), names, memo), shape.sparse);
    case 'timestamp':
      return (value) => parseTimestamp(value, shape.format);
    default:
      return leafDecoders[shape.kind];
  }
}

/** Checks the members of one object; used for whole structures and for the part of a restJson input that is in the body. */
export function compileMembers(members: readonly ShapeMember[], names: JsonNames, memo = new Map<unknown, Decode>()): Decode {
  const count = members.length;
  const keys = members.map((member) => member.name);
  const wireKeys = members.map((member) => (names.useJsonName && (member.traits.jsonName as string)) || member.name);
  const required = members.map((member) => member.required);
  const decoders = members.map((member) => compileDecoder(member.shape, names, memo));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeFault('type', 'an object');
    const object = value as JsonObject;
    let index = 0;
    try {
      for (; index < count; index++) {
        const wireKey = wireKeys[index] as string;
        const sent = object[wireKey];
        if (sent === undefined || sent === null) {
          if (required[index]) throw new ShapeFault('missing', 'present');
          if (sent === null) object[wireKey] = undefined;
          continue;
        }
        const decoded = (decoders[index] as Decode)(sent);
        const key = keys[index] as string;
        if (decoded !== sent || key !== wireKey) object[key] = decoded;
      }
    } catch (fault) {
      throw fault instanceof ShapeFault ? fault.within(lowerFirst(keys[index] as string)) : fault;
    }
    return object;
  };
}

function listDecoder(decode: Decode, sparse: boolean): Decode {
  return (value) => {
    if (!Array.isArray(value)) throw new ShapeFault('type', 'a list');
    let index = 0;
    try {
      for (; index < value.length; index++) {
        const sent: unknown = value[index];
        if (sent === null && !sparse) throw new ShapeFault('missing', 'present');
        const decoded = sent === null ? null : decode(sent);
        if (decoded !== sent) value[index] = decoded;
      }
    } catch (fault) {
      throw fault instanceof ShapeFault ? fault.within(`${index + 1}.member`) : fault;
    }
    return value;
  };
}

function mapDecoder(decode: Decode, sparse: boolean): Decode {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeFault('type', 'an object');
    const object = value as JsonObject;
    for (const key of Object.keys(object)) {
      if (object[key] === null) {
        if (!sparse) delete object[key];
        continue;
      }
      try {
        object[key] = decode(object[key]);
      } catch (fault) {
        throw fault instanceof ShapeFault ? fault.within('member') : fault;
      }
    }
    return object;
  };
}

const leafDecoders: Readonly<Record<'string' | 'boolean' | 'number' | 'blob' | 'document' | 'unit', Decode>> = {
  string(value) {
    if (typeof value !== 'string') throw new ShapeFault('type', 'a string');
    return value;
  },
  boolean(value) {
    if (typeof value !== 'boolean') throw new ShapeFault('type', 'a boolean');
    return value;
  },
  number(value) {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    throw new ShapeFault('type', 'a number');
  },
  blob(value) {
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw new ShapeFault('type', 'base64 text');
    return new Uint8Array(Buffer.from(value, 'base64'));
  },
  document: (value) => value,
  unit: () => ({}),
};
