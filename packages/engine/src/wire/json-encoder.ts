/**
 * Compiles a schema, once, into a function from a handler's output to a value for JSON.stringify. Only members of the
 * schema come through: what a handler keeps beside them is never sent.
 */
import type { JsonNames } from './json-decoder.ts';
import type { Shape, ShapeMember } from './shape.ts';
import { printTimestamp } from './timestamp.ts';

export type Encode = (value: unknown) => unknown;

export function compileEncoder(shape: Shape, names: JsonNames, memo = new Map<unknown, Encode>()): Encode {
  const known = memo.get(shape.identity);
  if (known) return known;
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    memo.set(shape.identity, (value) => (memo.get(shape.identity) as Encode)(value));
  }
  const encode = compileShape(shape, names, memo);
  memo.set(shape.identity, encode);
  return encode;
}

function compileShape(shape: Shape, names: JsonNames, memo: Map<unknown, Encode>): Encode {
  switch (shape.kind) {
    case 'structure':
      return compileMembersEncoder(shape.members, names, memo);
    case 'list': {
      const encode = compileEncoder(shape.value(), names, memo);
      return (value) => (value as unknown[]).map((item) => (item === null || item === undefined ? null : encode(item)));
    }
    case 'map': {
      const encode = compileEncoder(shape.value(), names, memo);
      return (value) =>
        Object.fromEntries(
          Object.entries(value as object)
            .filter(([, item]) => item !== undefined)
            .map(([key, item]) => [key, item === null ? null : encode(item)]),
        );
    }
    case 'timestamp':
      return (value) => printTimestamp(value as Date, shape.format);
    case 'blob':
      return (value) => Buffer.from(value as Uint8Array).toString('base64');
    case 'number':
      return (value) => (typeof value === 'bigint' || Number.isFinite(value) ? value : String(value));
    case 'unit':
      return () => ({});
    default:
      return (value) => value;
  }
}

export function compileMembersEncoder(
  members: readonly ShapeMember[],
  names: JsonNames,
  memo = new Map<unknown, Encode>(),
): Encode {
  const plan = members.map((member) => ({
    key: member.name,
    wireKey: (names.useJsonName && (member.traits.jsonName as string)) || member.name,
    encode: compileEncoder(member.shape, names, memo),
  }));
  return (value) => {
    const encoded: Record<string, unknown> = {};
    if (value === undefined || value === null) return encoded;
    for (const { key, wireKey, encode } of plan) {
      const member = (value as Record<string, unknown>)[key];
      if (member !== undefined && member !== null) encoded[wireKey] = encode(member);
    }
    return encoded;
  };
}
