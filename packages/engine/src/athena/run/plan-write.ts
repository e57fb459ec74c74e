/** What UNLOAD and CTAS are told to write, and the checks that come before anything is written. */
import type { OutputColumn } from '../lower/scope.ts';
import { asFolder, s3Location } from '../scan/s3-uri.ts';
import type { Properties } from '../sql/parse-statement.ts';
import { QueryError, unsupported } from '../sql/query-error.ts';
import { isInteger, type Type, typeName } from '../sql/types.ts';
import type { ExecutionContext } from './execution-context.ts';

export interface WritePlan {
  readonly location: string;
  readonly partitionedBy: readonly string[];
  readonly format: 'parquet' | 'json' | 'text';
  /** COPY's options. */
  readonly options: string;
  readonly suffix: string;
}

const CODECS: Readonly<Record<string, string>> = {
  gzip: 'gzip',
  snappy: 'snappy',
  zstd: 'zstd',
  none: 'uncompressed',
  uncompressed: 'uncompressed',
  lz4: 'lz4_raw',
};

export function planWrite(properties: Properties, location: string): WritePlan {
  const known = new Set([
    'format',
    'compression',
    'write_compression',
    'parquet_compression',
    'partitioned_by',
    'external_location',
    'field_delimiter',
    'compression_level',
  ]);
  const unknown = Object.keys(properties).find((name) => !known.has(name));
  if (unknown !== undefined) throw unsupported(`The property ${unknown}`);
  const format = String(properties.format ?? 'PARQUET').toUpperCase();
  const named = String(
    properties.compression ?? properties.write_compression ?? properties.parquet_compression ?? 'GZIP',
  ).toLowerCase();
  const codec = CODECS[named];
  if (!codec) throw unsupported(`The compression ${named.toUpperCase()}`);
  const partitionedBy = ((properties.partitioned_by ?? []) as readonly string[]).map((name) => name.toLowerCase());
  const textCodec = () => {
    if (codec !== 'gzip' && codec !== 'uncompressed') throw unsupported(`${format} with the compression ${named.toUpperCase()}`);
    return { options: `COMPRESSION ${codec === 'gzip' ? 'gzip' : 'none'}`, suffix: codec === 'gzip' ? '.gz' : '' };
  };
  if (format === 'PARQUET')
    return { location, partitionedBy, format: 'parquet', options: `FORMAT parquet, COMPRESSION ${codec}`, suffix: '' };
  if (format === 'JSON') {
    const text = textCodec();
    // DuckDB's JSON writer knows no partitions, so lines of JSON are written as text.
    return {
      location,
      partitionedBy,
      format: 'json',
      options: `FORMAT csv, HEADER false, DELIMITER '', QUOTE '', ESCAPE '', ${text.options}`,
      suffix: text.suffix,
    };
  }
  if (format === 'TEXTFILE') {
    const text = textCodec();
    const delimiter = String(properties.field_delimiter ?? '\u0001').replaceAll("'", "''");
    return {
      location,
      partitionedBy,
      format: 'text',
      options: `FORMAT csv, HEADER false, DELIMITER '${delimiter}', QUOTE '', ESCAPE '', NULLSTR '\\N', ${text.options}`,
      suffix: text.suffix,
    };
  }
  throw unsupported(`The format ${format}`);
}

const cannotBeWritten = (type: Type): boolean =>
  ['timestamp with time zone', 'json', 'unknown', 'interval day to second', 'interval year to month', 'function'].includes(
    type.kind,
  );

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
    throw new QueryError(
      'HIVE_COLUMN_ORDER_MISMATCH',
      `Partition keys must be the last columns in the table and in the same order as the table properties: [${plan.partitionedBy.join(', ')}]`,
    );
  }
  const odd = last.find(({ type }) => type.kind !== 'varchar' && !isInteger(type) && type.kind !== 'date');
  if (odd) throw unsupported(`A partition column of type ${typeName(odd.type)} (column ${odd.name})`);
  if (last.length > 0 && last.length === columns.length)
    throw new QueryError('INVALID_TABLE_PROPERTY', 'At least one column must not be a partition column');
}

export function checkTarget(plan: WritePlan, what: string, context: ExecutionContext): void {
  const { bucket, key } = s3Location(plan.location, 'The target');
  if (context.buckets.list(bucket, asFolder(key)).length === 0) return;
  throw new QueryError(
    'HIVE_PATH_ALREADY_EXISTS',
    `Target directory for ${what} already exists: ${plan.location}. You may need to manually clean the data at location '${plan.location}' before retrying. Athena will not delete data in your account.`,
  );
}
