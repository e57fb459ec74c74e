/**
 * One range of a data set: what the query found, put into the labels' order, with the request-time functions computed by
 * the very code that serves them, written as one Parquet file. Then the file is read back and checked.
 */
import { NS_PER, type RequestContext, TidemarkError, type View } from '@tidemark/domain';
import { type ColumnData, readParquetColumns, writeParquet } from '../files/parquet-write.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import {
  type DatasetRange,
  datasetKeys,
  type LabelColumn,
  type OutputType,
  type PreparedLabels,
  type RangeResult,
  workKeys,
} from './dataset-plan.ts';
import { parseDatasetRequest } from './dataset-request.ts';
import { loadColumns } from './load-columns.ts';
import { verifyRange } from './verify-range.ts';
import { unitOf } from './view-plan.ts';

export interface OutputColumn {
  readonly name: string;
  readonly type: OutputType;
}

const TYPE_OF_KIND = { String: 'STRING', Integral: 'INT64', Fractional: 'DOUBLE' } as const;

/** The columns of a data set: the labels' own, then the view's features in its order, then the request-time ones. */
export function outputColumns(view: View, labels: readonly LabelColumn[]): readonly OutputColumn[] {
  const joined = view.joins.flatMap((join) =>
    Object.entries(join.select).map(([name, feature]) => ({
      name,
      type: TYPE_OF_KIND[join.group.features[feature]?.kind ?? 'String'],
    })),
  );
  const computed = Object.entries(view.requestFeatures).map(([name, feature]) => ({
    name,
    type: TYPE_OF_KIND[feature.type.kind],
  }));
  return [...labels, ...joined, ...computed];
}

export async function finishRange(deps: DatasetDependencies, { id, attempt, index }: DatasetRange): Promise<{ index: number }> {
  const prepared = await requireJson<PreparedLabels>(deps.objects, deps.workBucket, workKeys.prepared(id));
  const request = parseDatasetRequest(deps.definitions, prepared.request);
  const labels = await loadColumns(deps.objects, deps.workBucket, workKeys.labelRange(id, index));
  const joined = await loadColumns(deps.objects, deps.workBucket, `${workKeys.joined(id, attempt)}label_range=${index}/`);
  const order = orderOf(labels.column('label_row'), joined.column('label_row'), index);

  const cells = new Map<string, readonly unknown[]>();
  for (const [at, column] of prepared.columns.entries()) cells.set(column.name, labels.column(`label_${at}`));
  for (const join of request.view.joins) {
    for (const name of Object.keys(join.select)) cells.set(name, inOrder(joined.column(name), order));
  }
  computeRequestFeatures(request.view, request.keys, cells, labels.column('label_time'), unitOf(request.view.joins));

  const columns = outputColumns(request.view, prepared.columns);
  const data = columns.map((column): ColumnData => ({ ...column, data: cells.get(column.name) ?? [] }));
  const key = datasetKeys.part(id, index);
  const body = writeParquet(data);
  await deps.objects.put(deps.datasetBucket, key, body);

  const result: RangeResult = verifyRange({
    index,
    key,
    sizeBytes: body.byteLength,
    stored: await readBack(deps, key),
    columns,
    labels,
    labelColumns: prepared.columns,
    joined,
    order,
    view: request.view,
    boundary: request.boundary,
  });
  await deps.objects.put(deps.workBucket, workKeys.rangeResult(id, index), printJson(result));
  return { index };
}

async function readBack(deps: DatasetDependencies, key: string) {
  const body = await deps.objects.read({ bucket: deps.datasetBucket, key });
  if (body === undefined) throw new TidemarkError('INTERNAL', `${key} is gone after it was written`);
  return readParquetColumns(body);
}

/** For each label the position of its joined row. @throws PIT_ROWS_LOST unless every label has exactly one. */
function orderOf(labelRows: readonly unknown[], joinedRows: readonly unknown[], index: number): Uint32Array {
  const lost = () =>
    new TidemarkError(
      'PIT_ROWS_LOST',
      `range ${index}: ${joinedRows.length} joined rows for ${labelRows.length} labels, or a label twice or not at all`,
    );
  if (labelRows.length !== joinedRows.length) throw lost();
  const first = Number(labelRows[0] ?? 0);
  const order = new Uint32Array(labelRows.length).fill(0xffff_ffff);
  for (const [at, row] of joinedRows.entries()) {
    const place = Number(row) - first;
    if (!(place >= 0 && place < order.length) || order[place] !== 0xffff_ffff) throw lost();
    order[place] = at;
  }
  return order;
}

function inOrder(column: readonly unknown[], order: Uint32Array): unknown[] {
  const ordered = new Array<unknown>(order.length);
  for (let row = 0; row < order.length; row++) ordered[row] = column[order[row] as number];
  return ordered;
}

function computeRequestFeatures(
  view: View,
  keys: Readonly<Record<string, string>>,
  cells: Map<string, readonly unknown[]>,
  labelTimes: readonly unknown[],
  unit: keyof typeof NS_PER,
): void {
  const computed = Object.entries(view.requestFeatures);
  if (computed.length === 0) return;
  const joined = view.joins.flatMap((join) =>
    Object.entries(join.select).map(([name, feature]) => ({
      name,
      column: cells.get(name) ?? [],
      int: isNumberInteger(join.group.features[feature]),
    })),
  );
  const entity = Object.entries(keys).map(([key, column]) => ({ name: key, column: cells.get(column) ?? [], int: false }));
  const results = computed.map(() => new Array<unknown>(labelTimes.length));
  const unitsPerMs = NS_PER.ms / NS_PER[unit];
  for (let row = 0; row < labelTimes.length; row++) {
    const context: RequestContext<never, never> = {
      timeMs: Number((labelTimes[row] as bigint) / unitsPerMs),
      entity: rowOf(entity, row) as never,
      features: rowOf(joined, row) as never,
    };
    for (const [at, [, feature]] of computed.entries()) (results[at] as unknown[])[row] = feature.compute(context);
  }
  for (const [at, [name]] of computed.entries()) cells.set(name, results[at] as unknown[]);
}

const isNumberInteger = (type: { readonly kind: string; readonly int64?: boolean } | undefined) =>
  type?.kind === 'Integral' && type.int64 !== true;

/** One row of columns as an object; missing values are null, 64-bit cells of features that are numbers become numbers. */
function rowOf(
  columns: readonly { readonly name: string; readonly column: readonly unknown[]; readonly int: boolean }[],
  row: number,
) {
  const values: Record<string, unknown> = {};
  for (const { name, column, int } of columns) {
    const cell = column[row];
    values[name] = cell === null || cell === undefined ? null : int ? Number(cell) : cell;
  }
  return values;
}
