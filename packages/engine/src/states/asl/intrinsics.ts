/**
 * Intrinsic functions: `States.Format('{}-{}', $.a, States.UUID())`. Parsed once per text into a small tree; paths inside
 * are read from the input, or from the context object when they begin with `$$`.
 */

import { type IntrinsicFunction, intrinsicFunctions } from './intrinsic-functions.ts';
import type { Json } from './json.ts';
import { StatesError } from './states-error.ts';

export type Expression =
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: 'path'; readonly path: string }
  /** `raw` keeps the backslashes: States.Format tells `\{` from `{`. */
  | { readonly kind: 'literal'; readonly value: Json; readonly raw?: string };

interface EvaluationScope {
  readPath(path: string): Json;
  random(): number;
}

const parsed = new Map<string, Expression>();

/** @throws StatesError States.IntrinsicFailure for text that is no call of a known function */
export function parseIntrinsic(text: string): Expression {
  let expression = parsed.get(text);
  if (expression === undefined) {
    const cursor: Cursor = { text, at: 0 };
    expression = parseCall(cursor);
    skipSpace(cursor);
    if (cursor.at !== text.length) throw malformed(cursor);
    parsed.set(text, expression);
  }
  return expression;
}

export function evaluateIntrinsic(expression: Expression, scope: EvaluationScope): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return scope.readPath(expression.path);
    case 'call': {
      const values = expression.arguments.map((argument) => evaluateIntrinsic(argument, scope));
      const first = expression.arguments[0];
      if (expression.name === 'Format' && first?.kind === 'literal' && first.raw !== undefined) values[0] = first.raw;
      return (intrinsicFunctions[expression.name] as IntrinsicFunction)(values, scope.random);
    }
  }
}

interface Cursor {
  readonly text: string;
  at: number;
}

function parseCall(cursor: Cursor): Expression {
  const name = /^\s*States\.(\w+)\s*\(/.exec(cursor.text.slice(cursor.at));
  if (name === null) throw malformed(cursor);
  if (!Object.hasOwn(intrinsicFunctions, name[1] as string)) {
    throw new StatesError('States.IntrinsicFailure', `There is no intrinsic function 'States.${name[1]}'.`);
  }
  cursor.at += name[0].length;
  const list: Expression[] = [];
  skipSpace(cursor);
  while (cursor.text[cursor.at] !== ')') {
    if (list.length > 0) {
      if (cursor.text[cursor.at] !== ',') throw malformed(cursor);
      cursor.at += 1;
    }
    list.push(parseArgument(cursor));
    skipSpace(cursor);
  }
  cursor.at += 1;
  return { kind: 'call', name: name[1] as string, arguments: list };
}

function parseArgument(cursor: Cursor): Expression {
  skipSpace(cursor);
  const rest = cursor.text.slice(cursor.at);
  const quoted = /^'((?:[^'\\]|\\.)*)'/s.exec(rest);
  if (quoted !== null) {
    cursor.at += quoted[0].length;
    const raw = quoted[1] as string;
    return { kind: 'literal', value: raw.replace(/\\(.)/gs, '$1'), raw };
  }
  const plain = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*[,)])/.exec(rest);
  if (plain !== null) {
    cursor.at += plain[0].length;
    return { kind: 'literal', value: JSON.parse(plain[0]) as Json };
  }
  if (rest.startsWith('$')) return { kind: 'path', path: takePath(cursor) };
  return parseCall(cursor);
}

/** A path ends at the comma or parenthesis that is not its own (filters have both, quoted names may). */
function takePath(cursor: Cursor): string {
  const start = cursor.at;
  let depth = 0;
  let quote: string | undefined;
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const char = cursor.text[cursor.at] as string;
    if (quote !== undefined) {
      if (char === '\\') cursor.at += 1;
      else if (char === quote) quote = undefined;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '(' || char === '[') depth += 1;
    else if (depth > 0 && (char === ')' || char === ']')) depth -= 1;
    else if (depth === 0 && (char === ',' || char === ')')) break;
  }
  return cursor.text.slice(start, cursor.at).trim();
}

function skipSpace(cursor: Cursor): void {
  while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1;
}

function malformed(cursor: Cursor): StatesError {
  return new StatesError(
    'States.IntrinsicFailure',
    `'${cursor.text}' is not an intrinsic function call (at character ${cursor.at + 1}).`,
  );
}
