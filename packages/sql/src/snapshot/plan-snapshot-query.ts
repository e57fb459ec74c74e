/**
 * The records that the online store held at an instant, from the history of one group.
 *
 *   decoded   the rows that had arrived before `asOf`
 *   hashed    with the hash that orders rows which agree in all times
 *   ranked    numbered within their entity, the version that stood at `asOf` first: event time, arrival, write time, row hash
 *   result    version 1 of each entity, unless it is a deletion marker or its time to live had passed
 *
 * `asOf` is a whole second and the arrival must lie before it, so that it is the same whether the store kept milliseconds of the
 * arrival or whole seconds. Event times may lie after it: the online store holds such records too.
 * Rows go into `parts` files by the MD5 of their key, at most 100, which is what UNLOAD can write.
 */
import { ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE, FRACTION_DIGITS, NS_PER } from '@tidemark/domain';
import { fraction, historyColumn, hourText, milliseconds, rowHash, wholeSecond } from '../point-in-time/history.ts';
import type { ColumnType } from '../point-in-time/plan.ts';
import {
  bool,
  call,
  cast,
  column,
  type Expression,
  integer,
  isNotNull,
  operation,
  over,
  type Query,
  type Select,
  type TableName,
  text,
} from '../tree.ts';

export interface SnapshotQuery {
  /** History with `write_time` and `api_invocation_time` timestamps and `is_deleted`, as the store lays it. */
  readonly table: TableName;
  /** Everything that a record holds, `entity_key` and `event_time` (ISO-8601 UTC, 0 to 9 fraction digits) included. */
  readonly columns: readonly { readonly feature: string; readonly type: ColumnType }[];
  /** Seconds since 1970. */
  readonly asOfSecond: bigint;
  /** A record of this age or older is hidden. Undefined: it stays for ever. */
  readonly ttlSeconds: bigint | undefined;
  /** 1, 2, 4 … 64. */
  readonly parts: number;
}

/** The last column of the result, varchar, `0` to `parts` − 1: what UNLOAD partitions by. No feature can have its name. */
export const PART_COLUMN = 'part_';
/** By the first two hex digits of the MD5 of its key a row belongs to one of so many cells; a part holds whole cells. */
export const SNAPSHOT_CELLS = 256;

const KEY_NAME = 'f0';
const KEY = column(KEY_NAME);

/** One row for each live entity, in no order: the columns, and {@link PART_COLUMN}. */
export function planSnapshotQuery(query: SnapshotQuery): Query {
  return {
    with: [
      { name: 'decoded', body: decoded(query) },
      { name: 'hashed', body: hashed(query) },
      { name: 'ranked', body: ranked() },
    ],
    body: {
      kind: 'select',
      columns: [
        ...query.columns.map(({ feature }, at) => ({ value: column(historyColumn(at)), as: feature })),
        { value: partOf(query.parts), as: PART_COLUMN },
      ],
      from: { kind: 'with', name: 'ranked' },
      where: [operation('=', column('version'), integer(1)), operation('=', column('deleted'), bool(false)), ...alive(query)],
    },
  };
}

function decoded({ table, columns, asOfSecond, ttlSeconds }: SnapshotQuery): Select {
  const eventTime = column(EVENT_TIME_FEATURE);
  return {
    kind: 'select',
    columns: [
      { value: column(ENTITY_KEY_FEATURE), as: KEY_NAME },
      { value: wholeSecond(eventTime), as: 'whole_second' },
      { value: fraction(eventTime, FRACTION_DIGITS.ns), as: 'fraction' },
      { value: milliseconds(column('api_invocation_time')), as: 'arrived' },
      { value: milliseconds(column('write_time')), as: 'written' },
      { value: call('coalesce', column('is_deleted'), bool(false)), as: 'deleted' },
      ...columns.map(({ feature }, at) => ({ value: column(feature), as: historyColumn(at) })),
    ],
    from: { kind: 'table', table },
    where: [
      ...[ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE, 'api_invocation_time', 'write_time'].map((name) => isNotNull(column(name))),
      operation('<', milliseconds(column('api_invocation_time')), integer(asOfSecond * (NS_PER.s / NS_PER.ms))),
      // Decides nothing, `alive` does: it lets whole files be left out by what is known of their event times.
      ...(ttlSeconds === undefined ? [] : [operation('>=', eventTime, text(hourText(asOfSecond - ttlSeconds)))]),
    ],
  };
}

const hashed = ({ columns }: SnapshotQuery): Select => ({
  kind: 'select',
  all: true,
  columns: [{ value: rowHash(columns), as: 'row_hash' }],
  from: { kind: 'with', name: 'decoded' },
});

function ranked(): Select {
  const order = ['whole_second', 'fraction', 'arrived', 'written', 'row_hash'];
  const versions = { partitionBy: [KEY], orderBy: order.map((name) => ({ value: column(name), descending: true })) };
  return {
    kind: 'select',
    all: true,
    columns: [{ value: over(versions, 'row_number'), as: 'version' }],
    from: { kind: 'with', name: 'hashed' },
  };
}

/** `asOf` − event time < time to live, in whole seconds and a fraction apart: nanoseconds since 1970 do not reach the year 9999. */
function alive({ asOfSecond, ttlSeconds }: SnapshotQuery): Expression[] {
  if (ttlSeconds === undefined) return [];
  const last = integer(asOfSecond - ttlSeconds);
  const second = column('whole_second');
  return [
    operation(
      'OR',
      operation('>', second, last),
      operation('AND', operation('=', second, last), operation('>', column('fraction'), integer(0))),
    ),
  ];
}

function partOf(parts: number): Expression {
  const digits = call('substr', call('to_hex', call('md5', call('to_utf8', KEY))), integer(1), integer(2));
  const cell = call('from_base', digits, integer(16));
  return cast(operation('/', cell, integer(SNAPSHOT_CELLS / parts)), 'varchar');
}
