/**
 * Checks one finished range as it lies in the bucket: the labels in their order, nothing from the future, what is
 * covered, and its part of the content hash. Reads the stored file, not what was meant to be stored.
 */
import { TidemarkError, type View } from '@tidemark/domain';
import { hashBlocks } from './content-hash.ts';
import type { LabelColumn, RangeResult } from './dataset-plan.ts';
import type { OutputColumn } from './finish-range.ts';
import type { Columns } from './load-columns.ts';
import { splitJoins } from './view-joins.ts';

export interface FinishedRange {
  readonly index: number;
  readonly key: string;
  readonly sizeBytes: number;
  /** The stored file, column by column. */
  readonly stored: Readonly<Record<string, readonly unknown[]>>;
  readonly columns: readonly OutputColumn[];
  readonly labels: Columns;
  readonly labelColumns: readonly LabelColumn[];
  readonly joined: Columns;
  /** For each label the position of its joined row. */
  readonly order: Uint32Array;
  readonly view: View;
  readonly boundary: 'before' | 'at-or-before';
}

/** States of a join's answer for a label, as the query numbers them. */
const STATES = ['value', 'missing', 'expired'] as const;

export function verifyRange(range: FinishedRange): RangeResult {
  const { stored, labels, columns } = range;
  const stores = columns.map(({ name }) => stored[name]);
  const rows = stores[0]?.length ?? 0;
  const labelRows = labels.column('label_row');
  const differs = range.labelColumns.find(({ name }, at) => !sameCells(stored[name] ?? [], labels.column(`label_${at}`)));
  if (rows !== labels.rows || stores.some((cells) => cells?.length !== rows) || differs !== undefined) {
    throw new TidemarkError('PIT_ROWS_LOST', `${range.key} does not hold the ${labels.rows} labels of its range in their order`, {
      field: differs?.name ?? '',
    });
  }

  const { plain } = splitJoins(range.view);
  return {
    index: range.index,
    key: range.key,
    sizeBytes: range.sizeBytes,
    rows,
    firstRow: Number(labelRows[0]),
    lastRow: Number(labelRows.at(-1)),
    futureValues: countFuture(range),
    present: Object.fromEntries(
      columns.slice(range.labelColumns.length).map(({ name }) => [name, countPresent(stored[name] ?? [])]),
    ),
    states: Object.fromEntries(plain.map(({ alias }) => [alias, countStates(range.joined.column(`${alias}_state`))])),
    ties: plain.reduce((sum, { alias }) => sum + countTrue(range.joined.column(`${alias}_tie`)), 0),
    blocks: hashBlocks(columns.map((column) => ({ ...column, cells: stored[column.name] ?? [] }))),
  };
}

/** Windows hold no value of their own time: the query counts in them only events from before the label. */
function countFuture({ view, labels, joined, order, boundary }: FinishedRange): number {
  const labelTimes = labels.column('label_time');
  let future = 0;
  for (const { alias } of splitJoins(view).plain) {
    const times = joined.column(`${alias}_time`);
    for (let row = 0; row < order.length; row++) {
      const time = times[order[row] as number];
      if (time === null || time === undefined) continue;
      const labelTime = labelTimes[row] as bigint;
      const known = boundary === 'before' ? (time as bigint) < labelTime : (time as bigint) <= labelTime;
      if (!known) future++;
    }
  }
  return future;
}

function countPresent(cells: readonly unknown[]): number {
  let count = 0;
  for (const cell of cells) if (cell !== null && cell !== undefined) count++;
  return count;
}

function countTrue(cells: readonly unknown[]): number {
  let count = 0;
  for (const cell of cells) if (cell === true) count++;
  return count;
}

function countStates(states: readonly unknown[]): Record<(typeof STATES)[number], number> {
  const counts = { value: 0, missing: 0, expired: 0 };
  for (const state of states) counts[STATES[Number(state)] ?? 'missing']++;
  return counts;
}

function sameCells(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (!sameCell(one[at], other[at])) return false;
  return true;
}

function sameCell(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  return Object.is(one ?? null, other ?? null);
}
