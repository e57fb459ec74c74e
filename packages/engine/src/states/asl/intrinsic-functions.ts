/** What each `States.*` function does, with the limits that AWS documents. */
import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { StatesError } from './states-error.ts';

export type IntrinsicFunction = (values: readonly Json[], random: () => number) => Json;

const LONGEST_TEXT = 10_000;
const LONGEST_RANGE = 1_000;
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Format: (values) => format(text('Format', values[0]), values.slice(1)),
  StringToJson: (values) => {
    try {
      return JSON.parse(text('StringToJson', values[0])) as Json;
    } catch {
      throw failure('StringToJson', 'the argument is not JSON');
    }
  },
  JsonToString: (values) => JSON.stringify(given('JsonToString', values[0])),
  Array: (values) => [...values],
  ArrayPartition: (values) => {
    const list = array('ArrayPartition', values[0]);
    const size = whole('ArrayPartition', values[1]);
    if (size < 1) throw failure('ArrayPartition', 'the chunk size must be at least 1');
    return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
  },
  ArrayContains: (values) => array('ArrayContains', values[0]).some((each) => isDeepStrictEqual(each, values[1])),
  ArrayRange: (values) => {
    const [first, last, step] = [0, 1, 2].map((i) => whole('ArrayRange', values[i])) as [number, number, number];
    if (step === 0) throw failure('ArrayRange', 'the step must not be 0');
    const length = Math.max(0, Math.floor((last - first) / step) + 1);
    if (length > LONGEST_RANGE) throw failure('ArrayRange', `more than ${LONGEST_RANGE} elements`);
    return Array.from({ length }, (_, i) => first + i * step);
  },
  ArrayGetItem: (values) => {
    const item = array('ArrayGetItem', values[0])[whole('ArrayGetItem', values[1])];
    if (item === undefined) throw failure('ArrayGetItem', 'the index is outside of the array');
    return item;
  },
  ArrayLength: (values) => array('ArrayLength', values[0]).length,
  ArrayUnique: (values) => {
    const list = array('ArrayUnique', values[0]);
    return list.filter((each, i) => list.findIndex((other) => isDeepStrictEqual(each, other)) === i);
  },
  Base64Encode: (values) => Buffer.from(text('Base64Encode', values[0])).toString('base64'),
  Base64Decode: (values) => Buffer.from(text('Base64Decode', values[0]), 'base64').toString(),
  Hash: (values) => {
    const algorithm = HASHES[text('Hash', values[1])];
    if (algorithm === undefined) throw failure('Hash', `the algorithm must be one of ${Object.keys(HASHES).join(', ')}`);
    const subject = given('Hash', values[0]);
    const content = typeof subject === 'string' ? subject : JSON.stringify(subject);
    return createHash(algorithm).update(text('Hash', content)).digest('hex');
  },
  JsonMerge: (values) => {
    if (values[2] !== false) throw failure('JsonMerge', 'only shallow merging (false) exists');
    return { ...object('JsonMerge', values[0]), ...object('JsonMerge', values[1]) };
  },
  MathRandom: (values, random) => {
    const [first, end] = [whole('MathRandom', values[0]), whole('MathRandom', values[1])];
    if (end <= first) throw failure('MathRandom', 'the end must be greater than the start');
    const share = values[2] === undefined ? random() : seededShare(whole('MathRandom', values[2]));
    return first + Math.floor(share * (end - first));
  },
  MathAdd: (values) => whole('MathAdd', values[0]) + whole('MathAdd', values[1]),
  StringSplit: (values) => {
    const separators = new Set(text('StringSplit', values[1]));
    const parts = [''];
    for (const char of text('StringSplit', values[0])) {
      if (separators.has(char)) parts.push('');
      else parts[parts.length - 1] += char;
    }
    return parts.filter((part) => part !== '');
  },
  UUID: () => randomUUID(),
};

function format(template: string, values: readonly Json[]): string {
  let used = 0;
  const filled = template.replace(/\\(.)|\{\}|[{}]/gs, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (found !== '{}') throw failure('Format', "a brace that is not part of '{}' must be escaped");
    const value = given('Format', values[used]);
    used += 1;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  if (used !== values.length) throw failure('Format', `${values.length} values for ${used} places`);
  return filled;
}

/** Mulberry32, so that equal seeds give equal numbers. */
function seededShare(seed: number): number {
  let state = (seed + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}

function failure(name: string, why: string): StatesError {
  return new StatesError('States.IntrinsicFailure', `The function 'States.${name}' failed: ${why}.`);
}
function given(name: string, value: Json | undefined): Json {
  if (value === undefined) throw failure(name, 'an argument is missing');
  return value;
}
function text(name: string, value: Json | undefined): string {
  if (typeof value !== 'string') throw failure(name, 'an argument must be a string');
  if ((name === 'Hash' || name.startsWith('Base64')) && value.length > LONGEST_TEXT) {
    throw failure(name, `the argument is longer than ${LONGEST_TEXT} characters`);
  }
  return value;
}
function whole(name: string, value: Json | undefined): number {
  if (typeof value !== 'number') throw failure(name, 'an argument must be a number');
  return Math.round(value);
}
function array(name: string, value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw failure(name, 'an argument must be an array');
  return value;
}
function object(name: string, value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw failure(name, 'an argument must be an object');
  return value;
}
