/** Functions of arrays and maps, but for those that take lambdas. */
import { failing } from '../duck/failure.ts';
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  commonType,
  DATE,
  duckType,
  isInteger,
  type Type,
  typeName,
  UNKNOWN,
  VARCHAR,
} from '../sql/types.ts';
import { castTo, coerce } from './cast.ts';
import { custom, type FunctionTable, plain, same } from './function-table.ts';
import type { Lowered } from './scope.ts';

const elementOf = (value: Lowered | undefined): Type => (value?.type.kind === 'array' ? value.type.element : UNKNOWN);

/** The array and the value with one element type. */
function matched(list: Lowered | undefined, value: Lowered | undefined, at: Position) {
  const element = commonType(elementOf(list), value?.type ?? UNKNOWN);
  if (!list || !value || !element)
    throw typeMismatch(`Cannot look for ${value && typeName(value.type)} in ${list && typeName(list.type)}`, at);
  return { array: coerce(list, arrayOf(element)).sql, element: coerce(value, element).sql, type: element };
}

/** NULL when it is not found but a NULL is there. */
const contains = custom(['array', 'any'], ([list, value], at) => {
  const { array, element } = matched(list, value, at);
  const found = `list_contains(${array}, ${element})`;
  return {
    sql: `CASE WHEN ${array} IS NULL OR ${element} IS NULL THEN NULL WHEN ${found} THEN true WHEN len(${array}) > list_count(${array}) THEN NULL ELSE false END`,
    type: BOOLEAN,
  };
});

const elementAt = [
  custom(['array', BIGINT], ([list, index]) => {
    const [a, i] = [list?.sql, index?.sql];
    const zero = `CAST(${failing('INVALID_FUNCTION_ARGUMENT', 'VARCHAR')} AS ${duckType(elementOf(list))})`;
    return { sql: `CASE WHEN ${i} = 0 THEN ${zero} ELSE ${a}[${i}] END`, type: elementOf(list) };
  }),
  custom(['map', 'any'], ([map, key], at) => {
    const type = map?.type;
    if (type?.kind !== 'map') throw typeMismatch('element_at takes a map', at);
    return { sql: `${map?.sql}[${coerce(key as Lowered, type.key).sql}]`, type: type.value };
  }),
];

function join([list, separator, nulls]: readonly Lowered[], at: Position): Lowered {
  const asText = castTo({ sql: 'e', type: elementOf(list) }, VARCHAR, at, false).sql;
  const texts = `list_transform(${list?.sql}, lambda e: ${nulls ? `coalesce(${asText}, ${nulls.sql})` : asText})`;
  return {
    sql: `CASE WHEN ${list?.sql} IS NOT NULL THEN array_to_string(${nulls ? texts : `list_filter(${texts}, lambda e: e IS NOT NULL)`}, ${separator?.sql}) END`,
    type: VARCHAR,
  };
}

function sequence(args: readonly Lowered[], at: Position): Lowered {
  const [from, to, step] = args as [Lowered, Lowered, Lowered | undefined];
  if (isInteger(from.type)) {
    const by = step?.sql ?? `CASE WHEN ${from.sql} <= ${to.sql} THEN 1 ELSE -1 END`;
    return {
      sql: `CAST(generate_series(CAST(${from.sql} AS BIGINT), CAST(${to.sql} AS BIGINT), CAST(${by} AS BIGINT)) AS BIGINT[])`,
      type: arrayOf(BIGINT),
    };
  }
  const interval = step?.sql ?? 'INTERVAL 1 DAY';
  const [a, b] = [`CAST(${from.sql} AS TIMESTAMP)`, `CAST(${to.sql} AS TIMESTAMP)`];
  if (from.type.kind === 'timestamp with time zone') throw unsupported('sequence of times with zone', at);
  return {
    sql: `CAST(generate_series(${a}, ${b}, ${interval}) AS ${duckType(from.type.kind === 'date' ? DATE : from.type)}[])`,
    type: arrayOf(from.type),
  };
}

const slice = custom(['array', BIGINT, BIGINT], ([list, start, length]) => {
  const [a, s, n] = [list?.sql, start?.sql, length?.sql];
  const from = `CASE WHEN ${s} < 0 THEN len(${a}) + ${s} + 1 ELSE ${s} END`;
  return {
    sql: `CASE WHEN ${n} <= 0 OR ${from} < 1 THEN list_filter(${a}, lambda e: false) ELSE list_slice(${a}, ${from}, ${from} + ${n} - 1) END`,
    type: list?.type as Type,
  };
});

export const collectionFunctions: FunctionTable = {
  cardinality: [
    plain(['array'], BIGINT, (a) => `CAST(len(${a}) AS BIGINT)`),
    plain(['map'], BIGINT, (m) => `CAST(cardinality(${m}) AS BIGINT)`),
  ],
  element_at: elementAt,
  contains: [contains],
  array_position: [
    custom(['array', 'any'], ([list, value], at) => {
      const { array, element } = matched(list, value, at);
      return {
        sql: `CASE WHEN ${array} IS NOT NULL AND ${element} IS NOT NULL THEN CAST(coalesce(list_position(${array}, ${element}), 0) AS BIGINT) END`,
        type: BIGINT,
      };
    }),
  ],
  array_join: [custom(['array', VARCHAR], join), custom(['array', VARCHAR, VARCHAR], join)],
  array_sort: [same(['array'], (a) => `list_sort(${a}, 'ASC', 'NULLS LAST')`)],
  array_distinct: [
    same(
      ['array'],
      (a) =>
        `list_filter(${a}, lambda e, i: list_position(${a}, e) = i OR (e IS NULL AND list_position(list_transform(${a}, lambda x: x IS NULL), true) = i))`,
    ),
  ],
  array_max: [
    custom(['array'], ([a]) => ({
      sql: `CASE WHEN list_count(${a?.sql}) = len(${a?.sql}) THEN list_max(${a?.sql}) END`,
      type: elementOf(a),
    })),
  ],
  array_min: [
    custom(['array'], ([a]) => ({
      sql: `CASE WHEN list_count(${a?.sql}) = len(${a?.sql}) THEN list_min(${a?.sql}) END`,
      type: elementOf(a),
    })),
  ],
  reverse: [same(['array'], (a) => `list_reverse(${a})`)],
  flatten: [custom(['array'], ([a]) => ({ sql: `flatten(${a?.sql})`, type: elementOf(a) }))],
  sequence: [
    custom(['integers', 'integers'], sequence),
    custom(['integers', 'integers', 'integers'], sequence),
    custom(['time', 'time', 'any'], sequence),
    custom([DATE, DATE], sequence),
  ],
  slice: [slice],
  repeat: [
    custom(['any', BIGINT], ([value, n]) => ({
      sql: `list_transform(range(${n?.sql}), lambda i: ${value?.sql})`,
      type: arrayOf(value?.type ?? UNKNOWN),
    })),
  ],
  map_keys: [
    custom(['map'], ([m]) => ({ sql: `map_keys(${m?.sql})`, type: arrayOf(m?.type.kind === 'map' ? m.type.key : UNKNOWN) })),
  ],
  map_values: [
    custom(['map'], ([m]) => ({ sql: `map_values(${m?.sql})`, type: arrayOf(m?.type.kind === 'map' ? m.type.value : UNKNOWN) })),
  ],
  map: [
    custom(['array', 'array'], ([k, v]) => ({
      sql: `map(${k?.sql}, ${v?.sql})`,
      type: { kind: 'map', key: elementOf(k), value: elementOf(v) },
    })),
  ],
};
