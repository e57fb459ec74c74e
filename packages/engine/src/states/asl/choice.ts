/** The rules of a Choice state. A comparison of values of different types is false, never an error. */
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { findAtPath } from './path.ts';
import { evaluateExpression, type Surroundings } from './payload-template.ts';
import { runtimeError } from './states-error.ts';

type Ordering = (order: number) => boolean;

const orderings: Readonly<Record<string, Ordering>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThan: (order) => order > 0,
  GreaterThanEquals: (order) => order >= 0,
};

const kinds: Readonly<Record<string, (left: Json, right: Json) => number | undefined>> = {
  String: (left, right) => (typeof left === 'string' && typeof right === 'string' ? compare(left, right) : undefined),
  Numeric: (left, right) => (typeof left === 'number' && typeof right === 'number' ? left - right : undefined),
  Boolean: (left, right) => (typeof left === 'boolean' && typeof right === 'boolean' ? Number(left) - Number(right) : undefined),
  Timestamp: (left, right) => {
    const [leftMs, rightMs] = [parseTimestamp(left), parseTimestamp(right)];
    return leftMs === undefined || rightMs === undefined ? undefined : leftMs - rightMs;
  },
};

const typeTests: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  IsNull: (value) => value === null,
  IsPresent: (value) => value !== undefined,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => value !== undefined && parseTimestamp(value) !== undefined,
};

/** Every comparison by name: `StringEquals`, `NumericLessThanPath`, `IsPresent`, … */
export const comparisonNames: ReadonlySet<string> = new Set([
  ...Object.keys(typeTests),
  'StringMatches',
  ...Object.keys(kinds).flatMap((kind) =>
    (kind === 'Boolean' ? ['Equals'] : Object.keys(orderings)).flatMap((name) => [kind + name, `${kind + name}Path`]),
  ),
]);

export function holdsRule(rule: JsonObject, data: Json, surroundings: Surroundings): boolean {
  if (Array.isArray(rule.And)) return rule.And.every((each) => holdsRule(each as JsonObject, data, surroundings));
  if (Array.isArray(rule.Or)) return rule.Or.some((each) => holdsRule(each as JsonObject, data, surroundings));
  if (isJsonObject(rule.Not)) return !holdsRule(rule.Not, data, surroundings);

  const name = Object.keys(rule).find((key) => comparisonNames.has(key)) as string;
  const wanted = rule[name] as Json;
  const path = rule.Variable as string;
  const value = path.startsWith('$$') ? findAtPath(path.slice(1), surroundings.context()) : findAtPath(path, data);
  const typeTest = typeTests[name];
  // Of a missing value only presence can be asked.
  if (typeTest !== undefined && (value !== undefined || name === 'IsPresent')) return typeTest(value) === wanted;
  if (value === undefined) {
    throw runtimeError(`Invalid path '${path}': the choice state's condition path references an invalid value.`);
  }
  if (name === 'StringMatches') return typeof value === 'string' && wildcard(wanted as string).test(value);
  const [, kind, ordering, byPath] = /^(String|Numeric|Boolean|Timestamp)(.+?)(Path)?$/.exec(name) as RegExpExecArray;
  const right = byPath === undefined ? wanted : evaluateExpression(wanted as string, data, surroundings, name);
  const order = kinds[kind as string]?.(value, right);
  return order !== undefined && (orderings[ordering as string] as Ordering)(order);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `*` stands for anything; `\*` and `\\` for themselves. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([\\*])|\*|[.+?^${}()|[\]\\]/g, (found, escaped: string | undefined) =>
    escaped !== undefined ? `\\${escaped}` : found === '*' ? '[\\s\\S]*' : `\\${found}`,
  );
  return new RegExp(`^${source}$`);
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds of an RFC 3339 text with `T` and zone, as ASL asks; undefined for everything else. */
export function parseTimestamp(value: Json): number | undefined {
  if (typeof value !== 'string' || !RFC3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
