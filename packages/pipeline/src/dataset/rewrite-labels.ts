/**
 * Rewrites the labels once, as Parquet, one file a range: every label gets its global ordinal `label_row`, its time as an
 * integer, and the canonical entity keys its view needs. Whatever comes later works on integers and strings.
 *
 * label files, in the order of their keys → rows → ranges of `rangeRows` rows → `labels/range-00000.parquet` …
 */
import { type KeyPart, printEntityKey, TidemarkError } from '@tidemark/domain';
import { type ColumnData, writeParquet } from '../files/parquet-write.ts';
import { BLOCK_ROWS } from './content-hash.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type LabelColumn, type OutputType, type PreparedLabels, workKeys } from './dataset-plan.ts';
import type { ParsedDatasetRequest } from './dataset-request.ts';
import { findLabelObjects, type LabelFile, openLabelFile } from './label-files.ts';
import { labelTimeIn } from './label-time.ts';
import { distinctKeys, unitOf } from './view-plan.ts';

/** UNLOAD writes at most 100 partitions. */
const MOST_RANGES = 100;
const LEAST_RANGE_ROWS = 25_000;

type Row = Readonly<Record<string, unknown>>;

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
  let held: Row[] = [];
  let firstRow = 0;

  const saveRange = async (range: readonly Row[]) => {
    columns ??= columnsOf(range, Object.assign({}, ...files.map((file) => file.types)));
    assertColumns(request, columns);
    const times = range.map((row, at) => labelTimeIn(unit, row[request.labelTime], request.labelTime, firstRow + at));
    for (const time of times) {
      if (earliest === undefined || time < earliest) earliest = time;
      if (latest === undefined || time > latest) latest = time;
    }
    const data: ColumnData[] = [
      { name: 'label_row', type: 'INT64', data: range.map((_, at) => BigInt(firstRow + at)) },
      { name: 'label_time', type: 'INT64', data: times },
      ...keys.map(
        (key, at): ColumnData => ({ name: `key_${at}`, type: 'STRING', data: range.map((row) => entityKeyOf(key, row)) }),
      ),
      ...columns.map(
        (column, at): ColumnData => ({
          name: `label_${at}`,
          type: column.type,
          data: range.map((row) => cellOf(column, row[column.name])),
        }),
      ),
    ];
    await deps.objects.put(deps.workBucket, workKeys.labelRange(id, ranges.length), writeParquet(data));
    ranges.push({ index: ranges.length, rows: range.length });
    firstRow += range.length;
  };

  for (const file of files) {
    for await (const batch of file.batches()) {
      held = held.length === 0 ? [...batch] : held.concat(batch);
      while (held.length >= rangeRows) {
        await saveRange(held.slice(0, rangeRows));
        held = held.slice(rangeRows);
      }
    }
  }
  if (held.length > 0) await saveRange(held);
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
function columnsOf(rows: readonly Row[], declared: Readonly<Record<string, OutputType>>): LabelColumn[] {
  const names = new Set(Object.keys(declared));
  for (const row of rows) for (const name in row) names.add(name);
  return [...names].map((name) => ({ name, type: declared[name] ?? typeOfValues(rows, name) }));
}

function typeOfValues(rows: readonly Row[], name: string): OutputType {
  const value = rows.find((row) => row[name] !== null && row[name] !== undefined)?.[name];
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
function entityKeyOf(key: { readonly columns: readonly string[]; readonly types: readonly string[] }, row: Row): string | null {
  const parts: KeyPart[] = [];
  for (const [at, column] of key.columns.entries()) {
    const value = row[column];
    if (value === null || value === undefined || value === '') return null;
    parts.push(key.types[at] === 'integral' ? wholeNumber(column, value) : String(value));
  }
  return printEntityKey(parts);
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
