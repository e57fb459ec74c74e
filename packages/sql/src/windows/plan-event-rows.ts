/**
 * The rows of an event history that window states are made again from: `entity, id, event_time, arrived, fields…, bucket`.
 *
 * A row stays when its event lies within reach of its entity's latest arrival (a window, or an id that is remembered), at or
 * after `fromMs`, or is the first or last of all history where an aggregate asks for that. What a deletion marker names is gone.
 * Copies of an event stay copies: whoever folds them decides as everywhere else. Entities are dealt out to buckets by a hash, so
 * that each bucket can be folded by itself, and no entity key stands in the text of the query.
 */
import { createHash } from 'node:crypto';
import type { WindowSettings } from '@tidemark/domain';
import { fraction, hourBounds, wholeSecond } from '../point-in-time/history.ts';
import type { ReadRange } from '../point-in-time/read-range.ts';
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
  when,
} from '../tree.ts';
import { EVENT_ARRIVED, EVENT_ENTITY, EVENT_ID } from './plan-windows.ts';

export interface EventRowsPlan {
  /** The event group, as {@link PlanWindows.table}. */
  readonly table: TableName;
  readonly windowed: WindowSettings;
  /** 1 to 100. */
  readonly buckets: number;
  /** Which of them; left out: all. */
  readonly only?: readonly number[];
  /** Events from this time on stay, however old: milliseconds since 1970. */
  readonly fromMs?: number;
  /** Whether the table shows the partition columns year, month, day and hour. */
  readonly partitioned: boolean;
  /** Only these hours of event time are read; left out: all. */
  readonly hours?: ReadRange;
}

const HASH_DIGITS = 8;

/** The bucket of an entity: what the query says of it. */
export const bucketOf = (entityKey: string, buckets: number): number =>
  Number.parseInt(createHash('md5').update(entityKey).digest('hex').slice(0, HASH_DIGITS), 16) % buckets;

/** How long before an entity's latest arrival the oldest event lies that its state tells of. */
export function reachMs({ layout, latenessMs, redeliveryMs, futureToleranceMs }: WindowSettings): number {
  const spans = layout.parts.flatMap((part) => part.spans.map(({ lengthMs, stepMs }) => lengthMs + stepMs));
  return layout.tileMs + Math.max(latenessMs + redeliveryMs, futureToleranceMs + Math.max(0, ...spans));
}

export function planEventRows(plan: EventRowsPlan): Query {
  return {
    with: [
      { name: 'decoded', body: decode(plan) },
      { name: 'identified', body: identify() },
      { name: 'placed', body: place() },
      { name: 'reached', body: reach(plan) },
      { name: 'ranked', body: rank(plan) },
    ],
    body: {
      kind: 'select',
      columns: ['entity', 'id', 'event_time', 'arrived', ...fieldsOf(plan), 'bucket'].map((name) => ({ value: column(name) })),
      from: { kind: 'with', name: 'ranked' },
      where: [
        anyOf([
          operation('=', column('near'), integer(1)),
          ...plan.windowed.layout.ever.map((_, at) => operation('=', column(rankColumn(at)), integer(1))),
        ]),
      ],
    },
  };
}

const fieldsOf = ({ windowed }: EventRowsPlan): string[] => Object.keys(windowed.fields);

function decode(plan: EventRowsPlan): Select {
  const hash = call(
    'substr',
    call('to_hex', call('md5', call('to_utf8', column(EVENT_ENTITY)))),
    integer(1),
    integer(HASH_DIGITS),
  );
  const bucket = call('mod', call('from_base', hash, integer(16)), integer(plan.buckets));
  const time = column('event_time');
  return {
    kind: 'select',
    columns: [
      { value: column(EVENT_ENTITY), as: 'entity' },
      { value: column(EVENT_ID), as: 'id' },
      { value: time },
      { value: operation('+', operation('*', wholeSecond(time), integer(1_000)), fraction(time, 3)), as: 't' },
      { value: column(EVENT_ARRIVED), as: 'arrived' },
      { value: when(call('coalesce', column('is_deleted'), bool(false)), integer(1), integer(0)), as: 'deleted' },
      ...fieldsOf(plan).map((name) => ({ value: column(name) })),
      { value: cast(bucket, 'bigint'), as: 'bucket' },
    ],
    from: { kind: 'table', table: plan.table },
    where: [
      ...(plan.hours === undefined ? [] : hourBounds(plan.hours, plan.partitioned)),
      ...[EVENT_ENTITY, EVENT_ID, 'event_time'].map((name) => isNotNull(column(name))),
      ...(plan.only === undefined ? [] : [anyOf(plan.only.map((one) => operation('=', bucket, integer(one))))]),
    ],
  };
}

function identify(): Select {
  const copies = { partitionBy: ['entity', 'id', 't'].map((name) => column(name)), orderBy: [] };
  return {
    kind: 'select',
    all: true,
    columns: [
      { value: over(copies, 'max', column('deleted')), as: 'gone' },
      { value: over(copies, 'min', column('arrived')), as: 'first_arrived' },
    ],
    from: { kind: 'with', name: 'decoded' },
  };
}

function place(): Select {
  return {
    kind: 'select',
    all: true,
    columns: [{ value: over({ partitionBy: [column('entity')], orderBy: [] }, 'max', column('first_arrived')), as: 'latest' }],
    from: { kind: 'with', name: 'identified' },
    where: [operation('=', column('gone'), integer(0))],
  };
}

function reach(plan: EventRowsPlan): Select {
  const t = column('t');
  const isNear = anyOf([
    operation('>=', t, operation('-', column('latest'), integer(reachMs(plan.windowed)))),
    ...(plan.fromMs === undefined ? [] : [operation('>=', t, integer(plan.fromMs))]),
  ]);
  return {
    kind: 'select',
    all: true,
    columns: [{ value: when(isNear, integer(1), integer(0)), as: 'near' }],
    from: { kind: 'with', name: 'placed' },
  };
}

/** Among what lies out of reach: a state keeps the first and last of its sealed events apart from those that are open. */
function rank(plan: EventRowsPlan): Select {
  return {
    kind: 'select',
    all: true,
    columns: plan.windowed.layout.ever.map(({ kind, field = '' }, at) => {
      const orderBy = ['t', 'id'].map((name) => ({ value: column(name), descending: kind === 'last' }));
      const hasValue = when(isNotNull(column(field)), integer(1), integer(0));
      return { value: over({ partitionBy: [column('entity'), column('near'), hasValue], orderBy }, 'rank'), as: rankColumn(at) };
    }),
    from: { kind: 'with', name: 'reached' },
  };
}

const rankColumn = (at: number) => `rank_${at}`;

const anyOf = (conditions: readonly Expression[]): Expression => conditions.reduce((one, other) => operation('OR', one, other));
