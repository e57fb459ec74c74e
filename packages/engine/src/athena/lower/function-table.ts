/** How a scalar function is declared: parameter types, result, and the DuckDB text. A function that is not declared is refused. */
import type { Position } from '../sql/query-error.ts';
import { fits, isFloating, isInteger, isNumeric, isTimestamp, type Type } from '../sql/types.ts';
import { coerce } from './cast.ts';
import type { Lowered } from './scope.ts';

/** A parameter is a type that the argument must fit, or a family of types it is taken in as it is. */
export type Parameter = Type | 'any' | 'integers' | 'floating' | 'numeric' | 'time' | 'timestamp' | 'array' | 'map' | 'zoned';

export interface Overload {
  readonly parameters: readonly Parameter[];
  /** The last parameter may repeat, also not at all. */
  readonly repeats?: boolean;
  lower(args: readonly Lowered[], at: Position): Lowered;
}

export type FunctionTable = Readonly<Record<string, readonly Overload[]>>;

const FAMILIES: Readonly<Record<Extract<Parameter, string>, (type: Type) => boolean>> = {
  any: () => true,
  integers: isInteger,
  floating: isFloating,
  numeric: isNumeric,
  timestamp: isTimestamp,
  zoned: (type) => type.kind === 'timestamp with time zone',
  time: (type) => isTimestamp(type) || type.kind === 'date',
  array: (type) => type.kind === 'array',
  map: (type) => type.kind === 'map',
};

function argument(value: Lowered, parameter: Parameter | undefined): Lowered | undefined {
  if (parameter === undefined) return undefined;
  if (typeof parameter === 'string') return FAMILIES[parameter](value.type) ? value : undefined;
  if (!fits(value.type, parameter)) return undefined;
  const coerced = coerce(value, parameter);
  return coerced.sql === value.sql
    ? { ...value, type: coerced.type }
    : { ...coerced, ...(value.constant !== undefined && { constant: value.constant }) };
}

export function applyOverload(overload: Overload, args: readonly Lowered[], at: Position): Lowered | undefined {
  const { parameters, repeats } = overload;
  if (repeats ? args.length < parameters.length - 1 : args.length !== parameters.length) return undefined;
  const taken = args.map((value, i) => argument(value, parameters[Math.min(i, parameters.length - 1)]));
  return taken.includes(undefined) ? undefined : overload.lower(taken as Lowered[], at);
}

/** A function whose result has one type and whose text needs the arguments' texts alone. */
export const plain = (parameters: readonly Parameter[], type: Type, print: (...sql: string[]) => string): Overload => ({
  parameters,
  lower: (args) => ({ sql: print(...args.map((arg) => arg.sql)), type }),
});

/** The result has the type of the first argument. */
export const same = (parameters: readonly Parameter[], print: (...sql: string[]) => string): Overload => ({
  parameters,
  lower: (args) => ({ sql: print(...args.map((arg) => arg.sql)), type: (args[0] as Lowered).type }),
});

export const custom = (
  parameters: readonly Parameter[],
  lower: (args: readonly Lowered[], at: Position) => Lowered,
  repeats = false,
): Overload => ({
  parameters,
  lower,
  repeats,
});
