/** Date and time functions. Times with zone are kept as UTC; a field of one is a field of the time its zone shows. */
import { failing } from '../duck/failure.ts';
import { timestampText } from '../duck/text.ts';
import { type Position, QueryError, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  BIGINT,
  DATE,
  DOUBLE,
  duckType,
  isTimestamp,
  TIMESTAMP,
  TIMESTAMP_UTC,
  type Type,
  typeName,
  VARCHAR,
} from '../sql/types.ts';
import { castTo, local } from './cast.ts';
import { custom, type FunctionTable, plain } from './function-table.ts';
import { type Lowered, literal } from './scope.ts';
import { mysqlPattern, teradataPattern } from './time-patterns.ts';

const UNITS = new Set(['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']);
const TO_INTERVAL: Readonly<Record<string, (n: string) => string>> = {
  millisecond: (n) => `to_milliseconds(${n})`,
  second: (n) => `to_seconds(${n})`,
  minute: (n) => `to_minutes(${n})`,
  hour: (n) => `to_hours(${n})`,
  day: (n) => `to_days(CAST(${n} AS INTEGER))`,
  week: (n) => `to_days(CAST(7 * ${n} AS INTEGER))`,
  month: (n) => `to_months(CAST(${n} AS INTEGER))`,
  quarter: (n) => `to_months(CAST(3 * ${n} AS INTEGER))`,
  year: (n) => `to_months(CAST(12 * ${n} AS INTEGER))`,
};

function unitOf(value: Lowered | undefined, at: Position): string {
  if (typeof value?.constant !== 'string') throw unsupported('A time unit that is no literal', at);
  const unit = value.constant.toLowerCase();
  if (!UNITS.has(unit)) throw new QueryError('INVALID_FUNCTION_ARGUMENT', `'${unit}' is not a valid Time field`, at);
  return unit;
}

/** Trino computes with the local fields of a zone; that is exact here for UTC alone. */
function naive(value: Lowered, what: string, at: Position): string {
  const { type } = value;
  if (type.kind === 'timestamp with time zone' && type.zone !== undefined && type.zone !== 'UTC')
    throw unsupported(`${what} in the zone ${type.zone}`, at);
  return local(value);
}

const FIELDS: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week: 'week',
  week_of_year: 'week',
  day: 'day',
  day_of_month: 'day',
  day_of_week: 'isodow',
  dow: 'isodow',
  day_of_year: 'doy',
  doy: 'doy',
  year_of_week: 'isoyear',
  yow: 'isoyear',
  hour: 'hour',
  minute: 'minute',
};

export function extractField(field: string, value: Lowered, at: Position): Lowered {
  if (value.type.kind !== 'date' && !isTimestamp(value.type))
    throw typeMismatch(
      `Type of argument to extract ${field.toUpperCase()} must be DATE or TIMESTAMP (actual ${typeName(value.type)})`,
      at,
    );
  const time = local(value);
  if (field === 'second') return { sql: `CAST(second(${time}) AS BIGINT)`, type: BIGINT };
  if (field === 'millisecond') return { sql: `CAST(millisecond(${time}) % 1000 AS BIGINT)`, type: BIGINT };
  const part = FIELDS[field];
  if (!part) throw unsupported(`EXTRACT(${field.toUpperCase()})`, at);
  return { sql: `CAST(${part}(${time}) AS BIGINT)`, type: BIGINT };
}

const fieldFunctions = Object.fromEntries(
  [...Object.keys(FIELDS), 'second', 'millisecond'].map((field) => [
    field,
    [custom(['time'], ([value], at) => extractField(field, value as Lowered, at))],
  ]),
);

/**
 * Cut to milliseconds, as Trino does. The first two branches are the forms that the service itself writes and need no more than a cast;
 * the text stands here several times, but DuckDB evaluates a branch for the rows alone that reach it.
 */
function fromIso8601([value]: readonly Lowered[]): Lowered {
  const s = value?.sql ?? '';
  const pattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}(T([0-9]{2}(:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?';
  const cast = `CAST(${s} AS TIMESTAMP)`;
  const common = `WHEN ${s} LIKE '____-__-__T__:__:__Z' THEN ${cast} WHEN ${s} LIKE '____-__-__T__:__:__.___Z' THEN ${cast}`;
  const wrong = `WHEN NOT regexp_full_match(${s}, '${pattern}') THEN ${failing('INVALID_FUNCTION_ARGUMENT', 'TIMESTAMP')}`;
  const general = `date_trunc('millisecond', make_timestamp(epoch_us(CAST(${isoForDuck(s)} AS TIMESTAMPTZ))))`;
  const elsewhere = `WHEN regexp_matches(${s}, 'T.*[+-]') AND NOT regexp_matches(${s}, '[+-]00(:?00)?$') THEN ${failing('OFFSET_KEPT', 'TIMESTAMP')}`;
  return {
    sql: `CASE ${common} ${wrong} ELSE ${general} END`,
    inUtc: `CASE ${common} ${wrong} ${elsewhere} ELSE ${general} END`,
    type: { ...TIMESTAMP_UTC, zone: undefined } as Type,
  };
}

/** What ISO allows and DuckDB does not read: an hour or a minute alone, a comma, an offset of hours. */
const isoForDuck = (s: string) =>
  `regexp_replace(regexp_replace(regexp_replace(replace(${s}, ',', '.'), 'T(Z|$)', 'T00:00:00\\1'), 'T([0-9]{2})(Z|[+-]|$)', 'T\\1:00:00\\2'), 'T([0-9]{2}:[0-9]{2})(Z|[+-]|$)', 'T\\1:00\\2')`;

function dateAdd([unitArg, count, time]: readonly Lowered[], at: Position): Lowered {
  const [unit, value] = [unitOf(unitArg, at), time as Lowered];
  const interval = TO_INTERVAL[unit]?.(count?.sql ?? '');
  if (value.type.kind === 'date' && ['millisecond', 'second', 'minute', 'hour'].includes(unit)) {
    throw new QueryError('INVALID_FUNCTION_ARGUMENT', `'${unit}' is not a valid DATE field`, at);
  }
  return { sql: `CAST(${naive(value, 'date_add', at)} + ${interval} AS ${duckType(value.type)})`, type: zoneKnown(value.type) };
}

const zoneKnown = (type: Type): Type =>
  type.kind === 'timestamp with time zone' && type.zone === undefined ? { ...type, zone: 'UTC' } : type;

function dateTrunc([unitArg, time]: readonly Lowered[], at: Position): Lowered {
  const [unit, value] = [unitOf(unitArg, at), time as Lowered];
  return {
    sql: `CAST(date_trunc('${unit}', ${naive(value, 'date_trunc', at)}) AS ${duckType(value.type)})`,
    type: zoneKnown(value.type),
  };
}

function dateDiff([unitArg, from, to]: readonly Lowered[], at: Position): Lowered {
  const unit = unitOf(unitArg, at);
  const exact = ['millisecond', 'second', 'minute', 'hour'].includes(unit);
  const time = (value: Lowered) => `CAST(${exact ? value.sql : naive(value, 'date_diff', at)} AS TIMESTAMP)`;
  return { sql: `CAST(date_sub('${unit}', ${time(from as Lowered)}, ${time(to as Lowered)}) AS BIGINT)`, type: BIGINT };
}

function constantFormat(value: Lowered | undefined, at: Position): string {
  if (typeof value?.constant !== 'string') throw unsupported('A time format that is no literal', at);
  return value.constant;
}

const dateFormat = custom(['time', VARCHAR], ([time, format], at) => ({
  sql: `strftime(CAST(${naive(time as Lowered, 'date_format', at)} AS TIMESTAMP), ${literal(mysqlPattern(constantFormat(format, at), at))})`,
  type: VARCHAR,
}));

const dateParse = custom([VARCHAR, VARCHAR], ([s, format], at) => ({
  sql: `date_trunc('millisecond', strptime(${s?.sql}, ${literal(mysqlPattern(constantFormat(format, at), at, true))}))`,
  type: TIMESTAMP,
}));

/** `to_timestamp('2026-01-01 00:00:00', 'yyyy-mm-dd hh24:mi:ss')`: the Teradata form that the SageMaker SDK prints. */
const teradata = custom([VARCHAR, VARCHAR], ([s, format], at) => ({
  sql: `strptime(${s?.sql}, ${literal(teradataPattern(constantFormat(format, at), at))})`,
  type: TIMESTAMP,
}));

const toUnixtime = custom(['timestamp'], ([time]) => ({ sql: `epoch(${time?.sql})`, type: DOUBLE }));
const inZone = (value: Lowered, zone: Lowered | undefined, at: Position): Lowered => {
  if (typeof zone?.constant !== 'string') throw unsupported('A time zone that is no literal', at);
  return {
    sql: value.sql,
    type: { ...(value.type as Extract<Type, { kind: 'timestamp with time zone' }>), zone: zone.constant },
  };
};

export const timeFunctions: FunctionTable = {
  ...fieldFunctions,
  from_unixtime: [
    plain([DOUBLE], TIMESTAMP_UTC, (x) => `make_timestamp(CAST(round(${x} * 1000) AS BIGINT) * 1000)`),
    custom([DOUBLE, VARCHAR], ([x, zone], at) =>
      inZone({ sql: `make_timestamp(CAST(round(${x?.sql} * 1000) AS BIGINT) * 1000)`, type: TIMESTAMP_UTC }, zone, at),
    ),
  ],
  from_unixtime_nanos: [
    plain([BIGINT], { kind: 'timestamp with time zone', precision: 9, zone: 'UTC' }, (x) => `make_timestamp_ns(${x})`),
  ],
  to_unixtime: [toUnixtime],
  from_iso8601_timestamp: [custom([VARCHAR], fromIso8601)],
  from_iso8601_timestamp_nanos: [
    plain(
      [VARCHAR],
      { kind: 'timestamp with time zone', precision: 9, zone: 'UTC' },
      (s) =>
        `CASE WHEN ${s} IS NULL THEN NULL WHEN regexp_full_match(${s}, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+]00:00)') THEN CAST(regexp_replace(${s}, '(Z|[+]00:00)$', '') AS TIMESTAMP_NS) WHEN regexp_matches(${s}, '[+-][0-9:]+$') THEN ${failing('OFFSET_KEPT', 'TIMESTAMP_NS')} ELSE ${failing('INVALID_FUNCTION_ARGUMENT', 'TIMESTAMP_NS')} END`,
    ),
  ],
  from_iso8601_date: [
    plain(
      [VARCHAR],
      DATE,
      (s) =>
        `CASE WHEN ${s} IS NULL THEN NULL WHEN regexp_full_match(${s}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CAST(${s} AS DATE) ELSE ${failing('INVALID_FUNCTION_ARGUMENT', 'DATE')} END`,
    ),
  ],
  to_iso8601: [
    plain([DATE], VARCHAR, (d) => `strftime(${d}, '%Y-%m-%d')`),
    custom(['timestamp'], ([time], at) => {
      const { type } = time as Lowered;
      if (!('precision' in type)) throw typeMismatch('to_iso8601 takes a time', at);
      const iso = `replace(${timestampText(naive(time as Lowered, 'to_iso8601', at), type.precision)}, ' ', 'T')`;
      return { sql: type.kind === 'timestamp' ? iso : `${iso} || 'Z'`, type: VARCHAR };
    }),
  ],
  date: [custom(['any'], ([value], at) => castTo(value as Lowered, DATE, at, false))],
  date_add: [custom([VARCHAR, BIGINT, 'time'], dateAdd)],
  date_trunc: [custom([VARCHAR, 'time'], dateTrunc)],
  date_diff: [custom([VARCHAR, 'time', 'time'], dateDiff)],
  date_format: [dateFormat],
  date_parse: [dateParse],
  to_timestamp: [teradata],
  last_day_of_month: [
    custom(['time'], ([time], at) => ({ sql: `last_day(${naive(time as Lowered, 'last_day_of_month', at)})`, type: DATE })),
  ],
  at_timezone: [custom(['zoned', VARCHAR], ([time, zone], at) => inZone(time as Lowered, zone, at))],
  with_timezone: [
    custom([TIMESTAMP, VARCHAR], ([time, zone], at) => {
      const named = inZone({ sql: time?.sql ?? '', type: TIMESTAMP_UTC }, zone, at);
      const name = String(zone?.constant);
      return name === 'UTC' ? named : { ...named, sql: `timezone('UTC', timezone(${literal(name)}, ${time?.sql}))` };
    }),
  ],
};
