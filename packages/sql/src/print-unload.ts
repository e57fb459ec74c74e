import { printAthena } from './print-athena.ts';
import { INDENT } from './print-expression.ts';
import { printText } from './print-identifier.ts';
import type { Query } from './tree.ts';

export interface UnloadOptions {
  /** `s3://bucket/prefix/`: must be empty, Athena refuses or mixes otherwise, and leaves orphans where a query failed. */
  readonly location: string;
  /** The last columns of the query, in their order; at most 100 partitions come out of one UNLOAD. */
  readonly partitionedBy: readonly string[];
  readonly compression: 'SNAPPY' | 'ZSTD' | 'GZIP' | 'NONE';
}

/** The query as an Athena UNLOAD statement into Parquet. */
export function printUnload(query: Query, options: UnloadOptions): string {
  const properties = [`format = 'PARQUET'`, `compression = ${printText(options.compression)}`];
  if (options.partitionedBy.length > 0) {
    properties.push(`partitioned_by = ARRAY[${options.partitionedBy.map(printText).join(', ')}]`);
  }
  return `UNLOAD (\n${printAthena(query, INDENT)}\n)\nTO ${printText(options.location)}\nWITH (${properties.join(', ')})`;
}
