/**
 * Rows made from raw input again, beside the history: which of them does it not have, and which does it have otherwise?
 *
 * Candidates and history become rows of one shape. Of each (key, time) the row that stands is the one that a data set would
 * read: the latest to arrive, then to be written, then by hash; among candidates the greatest ordinal. So rows that the
 * service stored twice change nothing, and of two files with a row of the same key and time only the later one counts.
 * A deletion at the very time of a candidate stands.
 *
 *   candidates + history + later deletions → place within (key, time, side) → what is held at (key, time) → state
 *
 * Answer, one row for each candidate: `entity_key, event_time, t, state, newest, f1 …, bucket`. `newest`: the history of that
 * range has no later row of the entity, and no later range has a deletion; a later value the online store knows itself.
 */

import { FRACTION_DIGITS } from '@tidemark/domain';
import { contentDigest, fraction, historyColumn, historyOf, wholeSecond } from '../point-in-time/history.ts';
import { perSecond, readRange } from '../point-in-time/read-range.ts';
import {
  bool,
  call,
  cast,
  column,
  type Expression,
  integer,
  isNotNull,
  isNull,
  type NamedQuery,
  NULL,
  operation,
  over,
  type Query,
  type Select,
  when,
} from '../tree.ts';
import { type BackfillComparison, CANDIDATE_STATE } from './comparison.ts';

const SIDE = { history: 0, candidate: 1, deletion: 2 } as const;

const is = (name: string, value: number) => operation('=', column(name), integer(value));
const named = (name: string, body: NamedQuery['body']): NamedQuery => ({ name, body });

export function planComparison(plan: BackfillComparison): Query {
  const range = { unit: plan.unit, labels: plan.candidates };
  const columns = plan.columns.map((one) => ({ ...one, output: one.feature }));
  const history = historyOf(range, { alias: 'history', ...plan.history, columns, maxAge: 0n });
  return {
    with: [
      history,
      named('deletions', deletionsAfter(plan)),
      named('sides', { kind: 'union-all', selects: [historySide(plan), candidateSide(plan), deletionSide(plan)] }),
      named('placed', placed(plan)),
      named('held', held(plan)),
      named('judged', judged(plan)),
    ],
    body: answer(plan),
  };
}

const features = ({ columns }: BackfillComparison) => columns.map((_, at) => historyColumn(at));
const passedOn = (plan: BackfillComparison) => features(plan).map((name) => ({ value: column(name) }));

/** Only markers, so that of the files without one a reader sees no more than the footer. */
function deletionsAfter(plan: BackfillComparison): Select {
  const { toSecond } = readRange({ unit: plan.unit, labels: plan.candidates }, { maxAge: 0n });
  const second = wholeSecond(column('event_time'));
  return {
    kind: 'select',
    columns: [
      { value: column('entity_key'), as: 'k' },
      {
        value: operation(
          '+',
          operation('*', second, integer(perSecond(plan.unit))),
          fraction(column('event_time'), FRACTION_DIGITS[plan.unit]),
        ),
        as: 't',
      },
    ],
    from: { kind: 'table', table: plan.wholeHistory },
    where: [
      column('is_deleted'),
      isNotNull(column('entity_key')),
      isNotNull(column('event_time')),
      operation('>', second, integer(toSecond)),
    ],
  };
}

function historySide(plan: BackfillComparison): Select {
  return {
    kind: 'select',
    columns: [
      { value: integer(SIDE.history), as: 'side' },
      { value: column('k') },
      { value: column('t') },
      { value: column('arrived'), as: 'o1' },
      { value: column('written'), as: 'o2' },
      { value: column('row_hash'), as: 'o3' },
      { value: column('deleted') },
      { value: cast(NULL, 'varchar'), as: 'event_time' },
      ...passedOn(plan),
    ],
    from: { kind: 'with', name: 'history' },
  };
}

const nothing = cast(integer(0), 'bigint');

function candidateSide(plan: BackfillComparison): Select {
  return {
    kind: 'select',
    columns: [
      { value: integer(SIDE.candidate) },
      { value: column('entity_key') },
      { value: column('t') },
      { value: column('ordinal') },
      { value: nothing },
      { value: nothing },
      { value: bool(false) },
      { value: column('event_time') },
      ...passedOn(plan),
    ],
    from: { kind: 'table', table: plan.candidates.table },
  };
}

function deletionSide(plan: BackfillComparison): Select {
  return {
    kind: 'select',
    columns: [
      { value: integer(SIDE.deletion) },
      { value: column('k') },
      { value: column('t') },
      { value: nothing },
      { value: nothing },
      { value: nothing },
      { value: bool(true) },
      { value: cast(NULL, 'varchar') },
      ...plan.columns.map(({ type }) => ({ value: cast(NULL, type) })),
    ],
    from: { kind: 'with', name: 'deletions' },
  };
}

/** `place` is 1 for the row that stands on its side of a key and time. */
function placed(plan: BackfillComparison): Select {
  return {
    kind: 'select',
    all: true,
    columns: [
      { value: contentDigest(plan.columns), as: 'content' },
      { value: over('latest', 'row_number'), as: 'place' },
    ],
    from: { kind: 'with', name: 'sides' },
    windows: {
      latest: {
        partitionBy: [column('k'), column('t'), column('side')],
        orderBy: ['o1', 'o2', 'o3'].map((name) => ({ value: column(name), descending: true })),
      },
    },
  };
}

/** What the history holds at the key and time of each row, and the latest time of its entity. */
function held(plan: BackfillComparison): Select {
  const stands = operation('AND', is('side', SIDE.history), is('place', 1));
  return {
    kind: 'select',
    columns: [
      ...['side', 'k', 't', 'event_time', 'place', 'content'].map((name) => ({ value: column(name) })),
      ...passedOn(plan),
      { value: over('moment', 'max', when(stands, column('content'))), as: 'held_content' },
      {
        value: over('moment', 'max', when(operation('AND', stands, column('deleted')), integer(1), integer(0))),
        as: 'held_deleted',
      },
      { value: over('entity', 'max', column('t')), as: 'latest_t' },
    ],
    from: { kind: 'with', name: 'placed' },
    windows: {
      moment: { partitionBy: [column('k'), column('t')], orderBy: [] },
      entity: { partitionBy: [column('k')], orderBy: [] },
    },
  };
}

function judged(plan: BackfillComparison): Select {
  const state: Expression = {
    kind: 'case',
    branches: [
      { condition: operation('>', column('place'), integer(1)), value: integer(CANDIDATE_STATE.superseded) },
      { condition: isNull(column('held_content')), value: integer(CANDIDATE_STATE.absent) },
      { condition: is('held_deleted', 1), value: integer(CANDIDATE_STATE.unchanged) },
      {
        condition: operation('=', column('held_content'), column('content')),
        value: integer(CANDIDATE_STATE.unchanged),
      },
    ],
    otherwise: integer(CANDIDATE_STATE.changed),
  };
  return {
    kind: 'select',
    columns: [
      ...['k', 't', 'event_time', 'latest_t'].map((name) => ({ value: column(name) })),
      { value: cast(state, 'bigint'), as: 'state' },
      ...passedOn(plan),
    ],
    from: { kind: 'with', name: 'held' },
    where: [is('side', SIDE.candidate)],
  };
}

function answer(plan: BackfillComparison): Query['body'] {
  const written = operation('>=', column('state'), integer(CANDIDATE_STATE.absent));
  const digest = call('to_hex', call('md5', call('to_utf8', column('k'))));
  const number = call('from_base', call('substr', digest, integer(1), integer(8)), integer(16));
  return {
    kind: 'select',
    columns: [
      { value: when(written, column('k')), as: 'entity_key' },
      { value: when(written, column('event_time')), as: 'event_time' },
      { value: when(written, column('t')), as: 't' },
      { value: column('state') },
      { value: operation('=', column('t'), column('latest_t')), as: 'newest' },
      ...features(plan).map((name) => ({ value: when(written, column(name)), as: name })),
      { value: cast(call('mod', number, integer(plan.buckets)), 'varchar'), as: 'bucket' },
    ],
    from: { kind: 'with', name: 'judged' },
  };
}
