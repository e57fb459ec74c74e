/**
 * The label files as batches of typed columns, whatever their format. A label that cannot be read fails the
 * data set: there is no quarantine here, since a training set with some labels silently gone is a wrong one.
 */
import { createHash } from 'node:crypto';
import { isRefusal, TidemarkError } from '@tidemark/domain';
import { parquetMetadataAsync, type SchemaElement } from 'hyparquet';
import { formatOf } from '../files/file-format.ts';
import { openParquet, withinGroups } from '../files/parquet-file.ts';
import { UNDECODABLE } from '../files/parquet-values.ts';
import { planParquetFile, planTextFile } from '../files/plan-file.ts';
import { type RawRow, readTextChunk } from '../files/read-chunk.ts';
import { randomAccess } from '../ingest/random-access.ts';
import type { ListedObject } from '../ports/object-store.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type OutputType, workKeys } from './dataset-plan.ts';
import type { ParsedDatasetRequest } from './dataset-request.ts';
import { batchOf, type LabelBatch } from './label-batch.ts';

const TARGET_CHUNK_BYTES = 4 * 1024 * 1024;
const TARGET_CHUNK_ROWS = 20_000;

export interface LabelFile {
  /** Where the format declares types (Parquet); the others are known by their values. */
  readonly types: Readonly<Record<string, OutputType>>;
  readonly rows: number;
  readonly batches: () => AsyncIterable<LabelBatch>;
}

export async function findLabelObjects(deps: DatasetDependencies, request: ParsedDatasetRequest): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of deps.objects.list(request.labelsBucket, request.labelsPrefix)) {
    if (object.sizeBytes > 0 && !object.key.split('/').at(-1)?.startsWith('_')) found.push(object);
  }
  if (found.length === 0)
    throw new TidemarkError('PIT_LABELS_NOT_FOUND', `there is no object under ${request.labels}`, { field: 'labels' });
  return found;
}

/** @throws PIT_LABELS_UNREADABLE naming the object */
export async function openLabelFile(
  deps: DatasetDependencies,
  id: string,
  bucket: string,
  object: ListedObject,
  ordinal: number,
): Promise<LabelFile> {
  const unreadable = (why: string) => new TidemarkError('PIT_LABELS_UNREADABLE', `${object.key}: ${why}`, { field: 'labels' });
  const kind = formatOf(object.key);
  if (kind === undefined) throw unreadable('the name ends in none of .csv, .jsonl, .ndjson, .json, their .gz forms, or .parquet');
  const ref = { bucket, key: object.key };
  if (kind.format === 'parquet') {
    const file = randomAccess(deps.objects, ref, object.sizeBytes);
    const plan = await planParquetFile(file, createHash('sha256').digest('hex'), { targetChunkRows: TARGET_CHUNK_ROWS });
    if (isRefusal(plan)) throw unreadable(plan.message);
    return {
      types: parquetTypes((await parquetMetadataAsync(file)).schema),
      rows: plan.rows,
      async *batches() {
        // Whole row groups: reading part of one decodes all of it.
        const opened = await openParquet(file);
        for (const { start, end } of withinGroups(opened, { start: 0, end: plan.rows })) {
          const columns = await opened.read(start, end);
          for (const [name, cells] of columns)
            if (cells.includes(UNDECODABLE)) throw unreadable(`the bytes of ${name} are not UTF-8`);
          yield { rows: end - start, columns };
        }
      },
    };
  }
  const format = kind.format;
  const copyKey = (part: number) => workKeys.labelCopy(id, ordinal, part);
  const plan = await planTextFile(await deps.objects.stream(ref), {
    format,
    gzip: kind.gzip,
    targetChunkBytes: TARGET_CHUNK_BYTES,
    targetChunkRows: TARGET_CHUNK_ROWS,
    saveChunk: (part, bytes) => deps.objects.put(deps.workBucket, copyKey(part), bytes),
  });
  if (isRefusal(plan)) throw unreadable(plan.message);
  return {
    types: format === 'csv' ? Object.fromEntries((plan.header ?? []).map((name) => [name, 'STRING'])) : {},
    rows: plan.rows,
    async *batches() {
      for (const { at, firstRow, firstLine } of plan.chunks) {
        const bytes =
          at.kind === 'bytes'
            ? await deps.objects.read(ref, at)
            : at.kind === 'object'
              ? await deps.objects.read({ bucket: deps.workBucket, key: copyKey(at.part) })
              : undefined;
        if (bytes === undefined) throw unreadable('it was deleted while it was read');
        const rows = readTextChunk(bytes, { format, header: plan.header ?? [], firstRow, firstLine });
        yield batchOf(Array.from(rows, (row) => fieldsOf(row, unreadable)));
      }
    },
  };
}

function fieldsOf(row: RawRow, unreadable: (why: string) => TidemarkError): Readonly<Record<string, unknown>> {
  if ('refusal' in row) throw unreadable(`line ${row.line}: ${row.refusal.message}`);
  return row.fields;
}

/** Top-level columns of a Parquet file → the type they are written with again. */
function parquetTypes(schema: readonly SchemaElement[]): Record<string, OutputType> {
  const types: Record<string, OutputType> = {};
  for (const column of schema.slice(1)) {
    if (column.type === undefined) continue;
    const time =
      column.logical_type?.type === 'TIMESTAMP' ||
      column.converted_type?.startsWith('TIMESTAMP') === true ||
      column.type === 'INT96';
    if (time) types[column.name] = 'TIMESTAMP';
    else if (column.type === 'BOOLEAN') types[column.name] = 'BOOLEAN';
    else if (column.type === 'DOUBLE' || column.type === 'FLOAT' || column.converted_type === 'DECIMAL')
      types[column.name] = 'DOUBLE';
    else if (column.type === 'INT32' || column.type === 'INT64')
      types[column.name] = column.converted_type === 'DATE' ? 'TIMESTAMP' : 'INT64';
    else types[column.name] = 'STRING';
  }
  return types;
}
