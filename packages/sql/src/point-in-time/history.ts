/**
 * The history of one join, decoded: `k, t, arrived, written, row_hash, deleted, f1, f2 …`.
 *
 * Times become integers here and stay so. `event_time` is text with 0 to 9 fraction digits: its whole seconds and its
 * fraction are read apart, because `from_iso8601_timestamp` cuts to milliseconds and text does not sort (`Z` > `.`). The
 * timestamps of the store are milliseconds; a double holds those exactly.
 * `row_hash` orders rows of one key that agree in event, arrival and write time: 60 bits of the MD5 of the text of
 * everything that the join selects, so that storage order never decides. Doubles enter it as their IEEE 754 bits, since no
 * two engines print doubles alike.
 */
import { FRACTION_DIGITS, NS_PER } from '@tidemark/domain';
import { between, call, cast, column, type Expression, integer, isNotNull, type NamedQuery, operation, text } from '../tree.ts';
import type { ColumnType, PlanColumn, PlanJoin } from './plan.ts';
import { partitionOf, perSecond, type ReadRange, readRange } from './read-range.ts';

export const historyColumn = (at: number): string => `f${at + 1}`;

/** What of a plan and of a join decides which history is read. */
export type HistoryRange = Parameters<typeof readRange>[0];
export type HistoryOfJoin = Pick<PlanJoin, 'alias' | 'table' | 'partitioned' | 'columns' | 'maxAge'>;

export function historyOf(plan: HistoryRange, join: HistoryOfJoin): NamedQuery {
  const range = readRange(plan, join);
  const values = join.columns.map((_, at) => ({ value: column(historyColumn(at)) }));
  return {
    name: join.alias,
    body: {
      kind: 'select',
      columns: [
        { value: column('k') },
        {
          value: operation('+', operation('*', column('whole_second'), integer(perSecond(plan.unit))), column('fraction')),
          as: 't',
        },
        { value: column('arrived') },
        { value: column('written') },
        { value: rowHash(join.columns), as: 'row_hash' },
        { value: column('deleted') },
        ...values,
      ],
      from: {
        kind: 'derived',
        select: {
          kind: 'select',
          columns: [
            { value: column('entity_key'), as: 'k' },
            { value: wholeSecond(column('event_time')), as: 'whole_second' },
            { value: fraction(column('event_time'), FRACTION_DIGITS[plan.unit]), as: 'fraction' },
            { value: milliseconds(column('api_invocation_time')), as: 'arrived' },
            { value: milliseconds(column('write_time')), as: 'written' },
            { value: call('coalesce', column('is_deleted'), { kind: 'boolean', value: false }), as: 'deleted' },
            ...join.columns.map((one, at) => ({ value: column(one.feature), as: historyColumn(at) })),
          ],
          from: { kind: 'table', table: join.table },
          where: [
            ...hourBounds(range, join.partitioned),
            ...['entity_key', 'event_time', 'api_invocation_time', 'write_time'].map((name) => isNotNull(column(name))),
          ],
        },
      },
      where: [secondBounds(range)],
    },
  };
}

export const wholeSecond = (eventTime: Expression): Expression =>
  cast(
    call(
      'to_unixtime',
      call('from_iso8601_timestamp', operation('||', call('substr', eventTime, integer(1), integer(19)), text('Z'))),
    ),
    'bigint',
  );

export const fraction = (eventTime: Expression, digits: number): Expression =>
  cast(
    call('rpad', call('replace', call('substr', eventTime, integer(21)), text('Z'), text('')), integer(digits), text('0')),
    'bigint',
  );

export const milliseconds = (timestamp: Expression): Expression =>
  cast(call('round', operation('*', call('to_unixtime', timestamp), integer(NS_PER.s / NS_PER.ms))), 'bigint');

export function rowHash(columns: readonly Pick<PlanColumn, 'feature' | 'type'>[]): Expression {
  return call('from_base', call('substr', contentDigest(columns), integer(1), integer(15)), integer(16));
}

/** 32 hex digits over `deleted, f1, f2 …` of a row: equal where the rows hold the same, whatever engine computed it. */
export function contentDigest(columns: readonly Pick<PlanColumn, 'feature' | 'type'>[]): Expression {
  const byFeature = columns
    .map((one, at) => ({ ...one, at }))
    .sort((a, b) => (a.feature < b.feature ? -1 : a.feature > b.feature ? 1 : 0));
  const parts = byFeature.map((one) => call('coalesce', ROW_TEXT[one.type](column(historyColumn(one.at))), text('')));
  const content = call('concat_ws', text(','), cast(column('deleted'), 'varchar'), ...parts);
  return call('to_hex', call('md5', call('to_utf8', content)));
}

/** NULL has the empty text, which no value has; only text could hold a comma, so it says its length. */
const ROW_TEXT: Readonly<Record<ColumnType, (value: Expression) => Expression>> = {
  bigint: (value) => cast(value, 'varchar'),
  double: (value) => call('to_hex', call('to_ieee754_64', value)),
  varchar: (value) => operation('||', cast(call('length', value), 'varchar'), text(':'), value),
};

export function secondBounds({ fromSecond, toSecond }: ReadRange): Expression {
  const second = column('whole_second');
  return fromSecond === undefined
    ? operation('<=', second, integer(toSecond))
    : between(second, integer(fromSecond), integer(toSecond));
}

/**
 * The rows whose event time lies in the hours of a range, said in a form that lets whole files be left out. {@link secondBounds} is exact.
 * @param partitioned Whether the table shows the hour of the event time as its partition columns.
 */
export const hourBounds = (range: ReadRange, partitioned: boolean): Expression[] =>
  partitioned ? partitionBounds(range) : textBounds(range);

/**
 * Over the text of the event time, whatever number of digits it has: what the statistics of a Parquet file tell, and Iceberg's
 * partitions, which are its first ten characters. Of one second the text without a fraction sorts last, since `.` is before `Z`.
 */
function textBounds({ fromSecond, toSecond }: ReadRange): Expression[] {
  const eventTime = column('event_time');
  const latest = operation('<=', eventTime, text(`${hourText(toSecond)}:59:59Z`));
  return fromSecond === undefined ? [latest] : [operation('>=', eventTime, text(hourText(fromSecond))), latest];
}

/** Text of a time up to its hour, which no event time of that hour or later is less than. */
export function hourText(second: bigint): string {
  const { year, month, day, hour } = partitionOf(second);
  return `${year}-${month}-${day}T${hour}`;
}

function partitionBounds({ fromSecond, toSecond }: ReadRange): Expression[] {
  const hour = operation('||', column('year'), column('month'), column('day'), column('hour'));
  const last = partitionOf(toSecond);
  const lastHour = text(last.year + last.month + last.day + last.hour);
  if (fromSecond === undefined) return [operation('<=', column('year'), text(last.year)), operation('<=', hour, lastHour)];
  const first = partitionOf(fromSecond);
  return [
    between(column('year'), text(first.year), text(last.year)),
    between(hour, text(first.year + first.month + first.day + first.hour), lastHour),
  ];
}
