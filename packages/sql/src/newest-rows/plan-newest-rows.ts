/**
 * The newest rows of sampled entities: what the online store must hold, as the history tells it.
 *
 *   history (k, t, arrived, …) → with the entity's number among the sampled → rows from the newest settled one on
 *
 * The sample is the `entities` keys of the smallest {@link sampleHashOf}, so every caller who can hash can tell which keys
 * belong to it. A row is settled when it arrived no later than `settledAtMs`; of each entity come its settled rows of the
 * greatest event time (several where it was written twice), all later ones, and all whose event time is ahead of its arrival.
 */
import { createHash } from 'node:crypto';
import { NS_PER, type Precision } from '@tidemark/domain';
import { historyColumn, historyOf } from '../point-in-time/history.ts';
import type { PlanColumn, PlanJoin } from '../point-in-time/plan.ts';
import {
  call,
  column,
  type Expression,
  integer,
  isNull,
  operation,
  over,
  type Query,
  type TableName,
  text,
  when,
} from '../tree.ts';

export interface NewestRowsPlan {
  /** Of every time but arrivals, which are in ms. At least ms. */
  readonly unit: Precision;
  readonly table: TableName;
  /** Whether the table shows the partition columns year, month, day and hour. */
  readonly partitioned: boolean;
  /** Event times that are read, both included; from the beginning when there is no first one. */
  readonly from: bigint | undefined;
  readonly to: bigint;
  readonly settledAtMs: number;
  /** How far an event time may lie ahead of its arrival. */
  readonly toleranceMs: number;
  readonly seed: string;
  readonly entities: number;
  readonly columns: readonly Omit<PlanColumn, 'output'>[];
}

const HASH_DIGITS = 15;

/** 60 bits of the MD5 of `seed:key`: what the query says of an entity. */
export const sampleHashOf = (seed: string, entityKey: string): bigint =>
  BigInt(`0x${createHash('md5').update(`${seed}:${entityKey}`).digest('hex').slice(0, HASH_DIGITS)}`);

const sampleHash = (seed: string): Expression => {
  const digest = call('md5', call('to_utf8', operation('||', text(`${seed}:`), column('k'))));
  return call('from_base', call('substr', call('to_hex', digest), integer(1), integer(HASH_DIGITS)), integer(16));
};

/**
 * Columns: `k`, `t` in the plan's unit, `arrived` in ms, `deleted`, `sample_hash`, and the plan's columns as `f1`, `f2` …. Rows in
 * no order.
 */
export function planNewestRows(plan: NewestRowsPlan): Query {
  const history = historyOf({ unit: plan.unit, labels: { earliest: plan.from ?? 0n, latest: plan.to } }, joinOf(plan));
  const carried = plan.columns.map((_, at) => ({ value: column(historyColumn(at)) }));
  const times = ['k', 't', 'arrived', 'deleted'].map((name) => ({ value: column(name) }));
  const perMs = NS_PER.ms / NS_PER[plan.unit];
  const settled = operation('<=', column('arrived'), integer(plan.settledAtMs));
  return {
    with: [
      history,
      {
        name: 'hashed',
        body: {
          kind: 'select',
          columns: [...times, { value: sampleHash(plan.seed), as: 'sample_hash' }, ...carried],
          from: { kind: 'with', name: history.name },
        },
      },
      {
        name: 'numbered',
        body: {
          kind: 'select',
          all: true,
          columns: [
            {
              value: over({ partitionBy: [], orderBy: [{ value: column('sample_hash') }, { value: column('k') }] }, 'dense_rank'),
              as: 'nth',
            },
            { value: over({ partitionBy: [column('k')], orderBy: [] }, 'max', when(settled, column('t'))), as: 'newest' },
          ],
          from: { kind: 'with', name: 'hashed' },
        },
      },
    ],
    body: {
      kind: 'select',
      columns: [...times, { value: column('sample_hash') }, ...carried],
      from: { kind: 'with', name: 'numbered' },
      where: [
        operation('<=', column('nth'), integer(plan.entities)),
        operation(
          'OR',
          isNull(column('newest')),
          operation('>=', column('t'), column('newest')),
          operation(
            '>',
            column('t'),
            operation('*', operation('+', column('arrived'), integer(plan.toleranceMs)), integer(perMs)),
          ),
        ),
      ],
    },
  };
}

const joinOf = (plan: NewestRowsPlan): PlanJoin => ({
  alias: 'history',
  keyColumn: 'k',
  table: plan.table,
  partitioned: plan.partitioned,
  maxAge: plan.from === undefined ? undefined : 0n,
  wholeSecondArrival: false,
  columns: plan.columns.map((one) => ({ ...one, output: one.feature })),
});
