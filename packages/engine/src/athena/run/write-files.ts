/**
 * What UNLOAD and CTAS write: a number of files, in an order and with rows in an order that nobody may rely on.
 *
 * Rows are sorted by a seeded hash of themselves, which also says which file a row goes to, so a run can be replayed. DuckDB writes one
 * directory for each (partition values, file number), named by a token, since Hive escapes directory names in its own way.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asFolder, s3Location } from '../scan/s3-uri.ts';
import { QueryError, unsupported } from '../sql/query-error.ts';
import { isInteger, quoted, typeName, type Type } from '../sql/types.ts';
import type { OutputColumn } from '../lower/scope.ts';
import type { Properties } from '../sql/parse-statement.ts';
import type { ExecutionContext } from './execution-context.ts';
import type { PreparedQuery } from './prepare-query.ts';

export interface WritePlan {
  readonly location: string;
  readonly partitionedBy: readonly string[];
  /** COPY's options. */
  readonly options: string;
  readonly suffix: string;
}

const CODECS: Readonly<Record<string, string>> = { gzip: 'gzip', snappy: 'snappy', zstd: 'zstd', none: 'uncompressed', uncompressed: 'uncompressed', lz4: 'lz4_raw' };

export function planWrite(properties: Properties, location: string): WritePlan {
  const known = new Set(['format', 'compression', 'write_compression', 'parquet_compression', 'partitioned_by', 'external_location', 'field_delimiter', 'compression_level']);
  const unknown = Object.keys(properties).find((name) => !known.has(name));
  if (unknown !== undefined) throw unsupported(`The property ${unknown}`);
  const format = String(properties.format ?? 'PARQUET').toUpperCase();
  const named = String(properties.compression ?? properties.write_compression ?? properties.parquet_compression ?? 'GZIP').toLowerCase();
  const codec = CODECS[named];
  if (!codec) throw unsupported(`The compression ${named.toUpperCase()}`);
  const partitionedBy = ((properties.partitioned_by ?? []) as readonly string[]).map((name) => name.toLowerCase());
  const textCodec = () => {
    if (codec !== 'gzip' && codec !== 'uncompressed') throw unsupported(`${format} with the compression ${named.toUpperCase()}`);
    return { options: `COMPRESSION ${codec === 'gzip' ? 'gzip' : 'none'}`, suffix: codec === 'gzip' ? '.gz' : '' };
  };
  if (format === 'PARQUET') return { location, partitionedBy, options: `FORMAT parquet, COMPRESSION ${codec}`, suffix: '' };
  if (format === 'JSON') {
    const text = textCodec();
    return { location, partitionedBy, options: `FORMAT json, ${text.options}`, suffix: text.suffix };
  }
  if (format === 'TEXTFILE') {
    const text = textCodec();
    const delimiter = String(properties.field_delimiter ?? '\u0001').replaceAll("'", "''");
    return { location, partitionedBy, options: `FORMAT csv, HEADER false, DELIMITER '${delimiter}', QUOTE '', ESCAPE '', NULLSTR '\\N', ${text.options}`, suffix: text.suffix };
  }
  throw unsupported(`The format ${format}`);
}

const cannotBeWritten = (type: Type): boolean =>
  ['timestamp with time zone', 'json', 'unknown', 'interval day to second', 'interval year to month', 'function'].includes(type.kind);

export function checkColumns(columns: readonly OutputColumn[], plan: WritePlan): void {
  const seen = new Set<string>();
  for (const [i, { name, type }] of columns.entries()) {
    if (name === `_col${i}`) throw new QueryError('MISSING_COLUMN_NAME', `Column name not specified at position ${i + 1}`);
    if (seen.has(name)) throw new QueryError('DUPLICATE_COLUMN_NAME', `Column name '${name}' specified more than once`);
    seen.add(name);
    if (cannotBeWritten(type)) throw new QueryError('NOT_SUPPORTED', `Unsupported Hive type: ${typeName(type)} (column ${name})`);
  }
  const last = columns.slice(columns.length - plan.partitionedBy.length);
  if (last.some(({ name }, i) => name !== plan.partitionedBy[i])) {
    throw new QueryError('HIVE_COLUMN_ORDER_MISMATCH', `Partition keys must be the last columns in the table and in the same order as the table properties: [${plan.partitionedBy.join(', ')}]`);
  }
  const odd = last.find(({ type }) => type.kind !== 'varchar' && !isInteger(type) && type.kind !== 'date');
  if (odd) throw unsupported(`A partition column of type ${typeName(odd.type)} (column ${odd.name})`);
  if (last.length > 0 && last.length === columns.length) throw new QueryError('INVALID_TABLE_PROPERTY', 'At least one column must not be a partition column');
}

export function checkTarget(plan: WritePlan, what: string, context: ExecutionContext): void {
  const { bucket, key } = s3Location(plan.location, 'The target');
  if (context.buckets.list(bucket, asFolder(key)).length === 0) return;
  throw new QueryError(
    'HIVE_PATH_ALREADY_EXISTS',
    `Target directory for ${what} already exists: ${plan.location}. You may need to manually clean the data at location '${plan.location}' before retrying. Athena will not delete data in your account.`,
  );
}

/** Hive's directory names. */
const hiveValue = (value: string | null) =>
  value === null ? '__HIVE_DEFAULT_PARTITION__' : value.replaceAll(/[\u0000-\u001f"#%'*/:=?\\{}[\]^\u007f]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

const filesPerPartition = (unloadFiles: number) => Math.ceil(unloadFiles / 4);

export interface WrittenFiles {
  readonly uris: readonly string[];
  /** The distinct partitions: their values, and their folders' URIs. */
  readonly partitions: readonly { readonly values: readonly (string | null)[]; readonly location: string }[];
}

export async function writeFiles(prepared: PreparedQuery, plan: WritePlan, context: ExecutionContext): Promise<WrittenFiles> {
  const { random, settings } = context.engine;
  const { connection } = context;
  const keys = prepared.columns.slice(prepared.columns.length - plan.partitionedBy.length);
  const plain = prepared.columns.slice(0, prepared.columns.length - keys.length);
  const count = keys.length > 0 ? filesPerPartition(settings.unloadFiles) : settings.unloadFiles;
  const seed = Math.floor(random() * 2 ** 31);
  const all = prepared.columns.map(({ sqlName }) => `r.${quoted(sqlName)}`);
  const hash = `hash(${[String(seed), ...all].join(', ')})`;
  const token = `hex(encode(CAST(to_json([${keys.map(({ sqlName }) => `CAST(r.${quoted(sqlName)} AS VARCHAR)`).join(', ') || "''"}]) AS VARCHAR))) || '_' || (${hash} % ${count})`;
  const items = [...plain.map(({ sqlName }) => `r.${quoted(sqlName)}`), `${token} AS tm_file`];
  const folder = join(context.workDir, 'files');
  await connection.run(`COPY (SELECT ${items.join(', ')} FROM (${prepared.sql}) AS r ORDER BY ${hash}) TO '${folder.replaceAll("'", "''")}' (${plan.options}, PARTITION_BY (tm_file), WRITE_PARTITION_COLUMNS false)`);
  return adoptAll(folder, plan, keys, context);
}

async function adoptAll(folder: string, plan: WritePlan, keys: readonly OutputColumn[], context: ExecutionContext): Promise<WrittenFiles> {
  const { bucket, key } = s3Location(plan.location, 'The target');
  const stamp = new Date(context.submittedMs).toISOString().replaceAll(/[-:]|\.\d+Z/g, '').replace('T', '_');
  const found = listed(folder).map(({ token, file }) => {
    const values = JSON.parse(Buffer.from(token.split('_')[0] ?? '', 'hex').toString()) as (string | null)[];
    const partition = keys.length > 0 ? values : [];
    const path = partition.map((value, i) => `${keys[i]?.name}=${hiveValue(value)}/`).join('');
    const folderKey = `${asFolder(key)}${path}`;
    return { file, values: partition, location: `s3://${bucket}/${folderKey}`, key: `${folderKey}${stamp}_${context.executionId.slice(0, 5)}_${randomUUID()}${plan.suffix}` };
  });
  for (const { key: target, file } of found) await context.buckets.adopt(bucket, target, file);
  const partitions = new Map(found.map(({ values, location }) => [location, { values, location }]));
  return { uris: found.map((file) => `s3://${bucket}/${file.key}`), partitions: [...partitions.values()] };
}

/** `tm_file=<token>/data_0.parquet`; no directory at all when there were no rows. */
function listed(folder: string): { token: string; file: string }[] {
  let directories: string[];
  try {
    directories = readdirSync(folder);
  } catch {
    return [];
  }
  return directories.flatMap((directory) => readdirSync(join(folder, directory)).map((name) => ({ token: directory.slice('tm_file='.length), file: join(folder, directory, name) })));
}
