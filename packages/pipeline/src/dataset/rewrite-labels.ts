/**
 * Rewrites the labels once, as Parquet, one file a range: every label gets its global ordinal `label_row`, its time as an
 * integer, and the canonical entity keys its view needs. Whatever comes later works on integers and strings.
 *
 * label files, in the order of their keys → rows → ranges of `rangeRows` rows → `labels/range-00000.parquet` …
 */
import { printEntityKey, TidemarkError } from '@tidemark/domain';
import { type ColumnData, writeParquet } from '../files/parquet-write.ts';
import { BLOCK_ROWS } from './content-hash.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type LabelColumn, type OutputType, type PreparedLabels, workKeys } from './dataset-plan.ts';
import type { ParsedDatasetRequest } from './dataset-request.ts';
import { joinBatches, type LabelBatch, NO_LABELS, sliceBatch } from './label-batch.ts';
import { findLabelObjects, type LabelFile, openLabelFile } from './label-files.ts';
import { labelTimeIn } from './label-time.ts';
import { distinctKeys, unitOf } from './view-plan.ts';

/** UNLOAD writes at most 100 partitions. */
const MOST_RANGES = 100;
const LEAST_RANGE_ROWS = 25_000;

export async function rewriteLabels(
  deps: DatasetDependencies,
  id: string,
  request: ParsedDatasetRequest,
): Promise<Omit<PreparedLabels, 'request'>> {
  const objects = await findLabelObjects(deps, request);
  const files: LabelFile[] = [];
  for (const [ordinal, object] of objects.entries())
    files.push(await openLabelFile(deps, id, request.labelsBucket, object, ordinal));
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  // Whole blocks of the content hash.
  const rangeRows = Math.max(LEAST_RANGE_ROWS, Math.ceil(rows / MOST_RANGES / BLOCK_ROWS) * BLOCK_ROWS);
  const unit = unitOf(request.view.joins);
  const keys = distinctKeys(request);

  let columns: readonly LabelColumn[] | undefined;
  let earliest: bigint | undefined;
  let latest: bigint | undefined;
  const ranges: { index: number; rows: number }[] = [];
  let held = NO_LABELS;
  let firstRow = 0;

  const saveRange = async (range: LabelBatch) => {
    columns ??= columnsOf(range, Object.assign({}, ...files.map((file) => file.types)));
    assertColumns(request, columns);
    const times = cellsOf(range, request.labelTime).map((cell, at) => labelTimeIn(unit, cell, request.labelTime, firstRow + at));
    for (const time of times) {
      if (earliest === undefined || time < earliest) earliest = time;
      if (latest === undefined || time > latest) latest = time;
    }
    const data: ColumnData[] = [
      { name: 'label_row', type: 'INT64', data: times.map((_, at) => BigInt(firstRow + at)) },
      { name: 'label_time', type: 'INT64', data: times },
      ...keys.map((key, at): ColumnData => ({ name: `key_${at}`, type: 'STRING', data: entityKeysOf(key, range) })),
      ...columns.map(
        (column, at): ColumnData => ({
          name: `label_${at}`,
          type: column.type,
          data: cellsOf(range, column.name).map((cell) => cellOf(column, cell)),
        }),
      ),
    ];
    await deps.objects.put(deps.workBucket, workKeys.labelRange(id, ranges.length), writeParquet(data));
    ranges.push({ index: ranges.length, rows: range.rows });
    firstRow += range.rows;
  };

  for (const file of files) {
    for await (const batch of file.batches()) {
      held = joinBatches(held, batch);
      let saved = 0;
      for (; held.rows - saved >= rangeRows; saved += rangeRows) await saveRange(sliceBatch(held, saved, saved + rangeRows));
      held = sliceBatch(held, saved);
    }
  }
  if (held.rows > 0) await saveRange(held);
  if (earliest === undefined || latest === undefined) {
    throw new TidemarkError('PIT_LABELS_EMPTY', `the labels under ${request.labels} have no rows`, { field: 'labels' });
  }
  return {
    rows: firstRow,
    rangeRows,
    ranges,
    columns: columns ?? [],
    keyColumns: keys.map((key) => key.columns),
    earliest: earliest.toString(),
    latest: latest.toString(),
    objects: objects.map(({ key, etag, sizeBytes }) => ({ bucket: request.labelsBucket, key, etag, sizeBytes })),
  };
}

/** Declared types where the format has them, otherwise what the values of the first range are. */
function columnsOf(range: LabelBatch, declared: Readonly<Record<string, OutputType>>): LabelColumn[] {
  const names = new Set([...Object.keys(declared), ...range.columns.keys()]);
  return [...names].map((name) => ({ name, type: declared[name] ?? typeOfValues(cellsOf(range, name)) }));
}

/** A column that a range does not have is empty in it. */
const cellsOf = ({ rows, columns }: LabelBatch, name: string): readonly unknown[] =>
  columns.get(name) ?? new Array(rows).fill(undefined);

function typeOfValues(cells: readonly unknown[]): OutputType {
  const value = cells.find((cell) => cell !== null && cell !== undefined);
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (typeof value === 'bigint') return 'INT64';
  return typeof value === 'number' ? 'DOUBLE' : 'STRING';
}

function assertColumns(request: ParsedDatasetRequest, columns: readonly LabelColumn[]): void {
  const names = new Set(columns.map((column) => column.name));
  if (!names.has(request.labelTime)) {
    throw new TidemarkError('PIT_LABEL_TIME_MISSING', `the labels have no column "${request.labelTime}"`, {
      field: request.labelTime,
    });
  }
  const absent = Object.values(request.keys).find((column) => !names.has(column));
  if (absent !== undefined) {
    throw new TidemarkError('PIT_LABEL_COLUMN_MISSING', `the labels have no column "${absent}"`, { field: absent });
  }
  const features = new Set([
    ...request.view.joins.flatMap((join) => Object.keys(join.select)),
    ...Object.keys(request.view.requestFeatures),
  ]);
  const lower = new Set<string>();
  for (const { name } of columns) {
    if (features.has(name.toLowerCase()) || lower.has(name.toLowerCase())) {
      throw new TidemarkError(
        'PIT_LABEL_COLUMN_CLASH',
        `the label column "${name}" has the name of a feature or of another column`,
        { field: name },
      );
    }
    lower.add(name.toLowerCase());
  }
}

/** Null where a part of the key has no value: such a label finds nothing. */
function entityKeysOf(
  key: { readonly columns: readonly string[]; readonly types: readonly string[] },
  range: LabelBatch,
): (string | null)[] {
  const columns = key.columns.map((name, at) => ({ name, cells: cellsOf(range, name), whole: key.types[at] === 'integral' }));
  return Array.from({ length: range.rows }, (_, row) => {
    const parts: string[] = [];
    for (const { name, cells, whole } of columns) {
      const value = cells[row];
      if (value === null || value === undefined || value === '') return null;
      parts.push(whole ? wholeNumber(name, value) : String(value));
    }
    return printEntityKey(parts);
  });
}

/** `007` and 7 are one key. */
function wholeNumber(column: string, value: unknown): string {
  const text = String(value);
  if (!/^[+-]?\d+$/.test(text)) {
    throw new TidemarkError(
      'PIT_LABELS_UNREADABLE',
      `the label column "${column}" is a key of whole numbers and holds something else`,
      { field: column },
    );
  }
  return BigInt(text.replace(/^\+/, '')).toString();
}

/** A label's cell as its column's type holds it. @throws PIT_LABELS_UNREADABLE when JSON lines change a column's type */
function cellOf(column: LabelColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (column.type === 'INT64') return typeof value === 'bigint' ? value : BigInt(value as number);
  if (column.type === 'STRING' && typeof value === 'object') return JSON.stringify(value);
  const fits =
    (column.type === 'STRING' && typeof value === 'string') ||
    (column.type === 'DOUBLE' && typeof value === 'number') ||
    (column.type === 'BOOLEAN' && typeof value === 'boolean') ||
    (column.type === 'TIMESTAMP' && value instanceof Date);
  if (!fits) {
    throw new TidemarkError('PIT_LABELS_UNREADABLE', `the label column "${column.name}" holds values of more than one type`, {
      field: column.name,
    });
  }
  return value;
}
