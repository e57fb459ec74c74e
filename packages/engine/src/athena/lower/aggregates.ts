/** Aggregates and window functions: DuckDB's call, and what has to stand around it to give Trino's type and value. */
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  duckType,
  isFloating,
  isInteger,
  isNumeric,
  type Type,
  typeName,
  UNKNOWN,
  VARBINARY,
} from '../sql/types.ts';
import { coerce } from './cast.ts';
import type { Lowered } from './scope.ts';

export interface AggregateCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly type: Type;
  /** Around the whole call with its FILTER and OVER. */
  readonly around?: (sql: string) => string;
  readonly distinct?: boolean;
}

type Aggregate = (args: readonly Lowered[], at: Position) => AggregateCall | undefined;

const cast = (type: Type) => (sql: string) => `CAST(${sql} AS ${duckType(type)})`;

const sum: Aggregate = ([x]) => {
  if (!x || !isNumeric(x.type)) return undefined;
  const type: Type = isInteger(x.type)
    ? BIGINT
    : x.type.kind === 'decimal'
      ? { kind: 'decimal', precision: 38, scale: x.type.scale }
      : x.type;
  return { name: 'sum', args: [x.sql], type, around: cast(type) };
};

const avg: Aggregate = ([x], at) => {
  if (!x || !isNumeric(x.type)) return undefined;
  if (x.type.kind === 'decimal') throw unsupported('avg of a decimal (cast it to double)', at);
  return {
    name: 'avg',
    args: [x.sql],
    type: x.type.kind === 'real' ? x.type : DOUBLE,
    ...(x.type.kind === 'real' && { around: cast(x.type) }),
  };
};

const extreme =
  (name: 'min' | 'max'): Aggregate =>
  (args, at) => {
    const [x] = args;
    if (args.length !== 1 || !x) throw unsupported(`${name}(x, n)`, at);
    return { name, args: [x.sql], type: x.type };
  };

/** The value beside the extreme key, also when it is NULL: DuckDB's `max_by` would skip it. */
const beside =
  (name: string): Aggregate =>
  (args, at) => {
    const [value, key] = args;
    if (args.length !== 2 || !value || !key) throw unsupported('min_by or max_by with n', at);
    return { name, args: [value.sql, key.sql], type: value.type };
  };

const doubles =
  (name: string, arity = 1): Aggregate =>
  (args) =>
    args.length === arity && args.every((arg) => isNumeric(arg.type))
      ? { name, args: args.map((arg) => coerce(arg, DOUBLE).sql), type: DOUBLE }
      : undefined;

const logical =
  (name: string): Aggregate =>
  ([x]) =>
    x?.type.kind === 'boolean' ? { name, args: [x.sql], type: BOOLEAN } : undefined;

const approxPercentile: Aggregate = (args, at) => {
  const [x, p] = args;
  if (args.length !== 2 || !x || !p) throw unsupported('approx_percentile with weights or accuracy', at);
  const name = isFloating(x.type) ? 'quantile_cont' : 'quantile_disc';
  if (p.type.kind === 'array') return { name, args: [x.sql, p.sql], type: arrayOf(x.type), around: cast(arrayOf(x.type)) };
  return { name, args: [x.sql, coerce(p, DOUBLE).sql], type: x.type, around: cast(x.type) };
};

/** Order-independent, of eight bytes, the same for the same rows; not the number that Athena would show. */
const checksum: Aggregate = ([x]) =>
  x && {
    name: 'sum',
    args: [`CAST(hash(${x.sql}) AS HUGEINT)`],
    type: VARBINARY,
    around: (sql) => `unhex(format('{:016x}', CAST(${sql} % 18446744073709551616::HUGEINT AS UBIGINT)))`,
  };

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  sum,
  avg,
  min: extreme('min'),
  max: extreme('max'),
  max_by: beside('arg_max_null'),
  min_by: beside('arg_min_null'),
  count: ([x]) => ({ name: 'count', args: x ? [x.sql] : ['*'], type: BIGINT }),
  count_if: ([x]) =>
    x?.type.kind === 'boolean' ? { name: 'count_if', args: [x.sql], type: BIGINT, around: cast(BIGINT) } : undefined,
  arbitrary: ([x]) => x && { name: 'any_value', args: [x.sql], type: x.type },
  any_value: ([x]) => x && { name: 'any_value', args: [x.sql], type: x.type },
  array_agg: ([x]) => x && { name: 'array_agg', args: [x.sql], type: arrayOf(x.type) },
  bool_and: logical('bool_and'),
  every: logical('bool_and'),
  bool_or: logical('bool_or'),
  approx_distinct: ([x], at) => {
    if (!x) throw typeMismatch('approx_distinct takes a value', at);
    return { name: 'count', args: [x.sql], type: BIGINT, distinct: true };
  },
  approx_percentile: approxPercentile,
  checksum,
  stddev: doubles('stddev_samp'),
  stddev_samp: doubles('stddev_samp'),
  stddev_pop: doubles('stddev_pop'),
  variance: doubles('var_samp'),
  var_samp: doubles('var_samp'),
  var_pop: doubles('var_pop'),
  corr: doubles('corr', 2),
  covar_pop: doubles('covar_pop', 2),
  covar_samp: doubles('covar_samp', 2),
  regr_slope: doubles('regr_slope', 2),
  regr_intercept: doubles('regr_intercept', 2),
  geometric_mean: doubles('geometric_mean'),
  bitwise_and_agg: ([x]) =>
    x && isInteger(x.type) ? { name: 'bit_and', args: [coerce(x, BIGINT).sql], type: BIGINT } : undefined,
  bitwise_or_agg: ([x]) => (x && isInteger(x.type) ? { name: 'bit_or', args: [coerce(x, BIGINT).sql], type: BIGINT } : undefined),
  histogram: ([x]) =>
    x && {
      name: 'histogram',
      args: [x.sql],
      type: { kind: 'map', key: x.type, value: BIGINT },
      around: cast({ kind: 'map', key: x.type, value: BIGINT }),
    },
  map_agg: ([k, v]) => {
    if (!k || !v) return undefined;
    const entries = `struct_pack(k := ${k.sql}, v := ${v.sql})`;
    return {
      name: 'list',
      args: [entries],
      type: { kind: 'map', key: k.type, value: v.type },
      around: (sql) =>
        `map_from_entries(list_filter(${sql}, lambda e, i: e.k IS NOT NULL AND list_position(list_transform(${sql}, lambda x: x.k), e.k) = i))`,
    };
  },
  grouping: (args) => ({ name: 'grouping', args: args.map((arg) => arg.sql), type: simpleInteger, around: cast(simpleInteger) }),
};
const simpleInteger: Type = { kind: 'integer' };

/** Functions that stand before OVER alone. */
const WINDOW: Readonly<Record<string, Aggregate>> = {
  row_number: () => ({ name: 'row_number', args: [], type: BIGINT }),
  rank: () => ({ name: 'rank', args: [], type: BIGINT }),
  dense_rank: () => ({ name: 'dense_rank', args: [], type: BIGINT }),
  percent_rank: () => ({ name: 'percent_rank', args: [], type: DOUBLE }),
  cume_dist: () => ({ name: 'cume_dist', args: [], type: DOUBLE }),
  ntile: ([n]) => n && { name: 'ntile', args: [n.sql], type: BIGINT },
  first_value: ([x]) => x && { name: 'first_value', args: [x.sql], type: x.type },
  last_value: ([x]) => x && { name: 'last_value', args: [x.sql], type: x.type },
  nth_value: ([x, n]) => x && n && { name: 'nth_value', args: [x.sql, n.sql], type: x.type },
  lag: (args) => shifted('lag', args),
  lead: (args) => shifted('lead', args),
};

function shifted(name: string, [x, n, otherwise]: readonly Lowered[]): AggregateCall | undefined {
  if (!x) return undefined;
  const rest = [...(n ? [n.sql] : []), ...(otherwise ? [coerce(otherwise, x.type).sql] : [])];
  return { name, args: [x.sql, ...rest], type: x.type };
}

export const isAggregate = (name: string) => Object.hasOwn(AGGREGATES, name);
export const isWindowFunction = (name: string) => Object.hasOwn(WINDOW, name);

export function aggregateCall(name: string, args: readonly Lowered[], at: Position): AggregateCall {
  const typed = args.map((arg) => (arg.type === UNKNOWN ? { ...arg, sql: 'CAST(NULL AS INTEGER)' } : arg));
  const found = (AGGREGATES[name] ?? WINDOW[name])?.(typed, at);
  if (!found)
    throw typeMismatch(`Unexpected parameters (${args.map((arg) => typeName(arg.type)).join(', ')}) for function ${name}`, at);
  return found;
}
