/** The S3 objects behind a table, with the partition each belongs to. */

import type { GlueStore } from '../../glue/glue-store.ts';
import type { Buckets } from '../../ports.ts';
import { QueryError } from '../sql/query-error.ts';
import { tableProjection } from './projection.ts';
import { asFolder, s3Location } from './s3-uri.ts';
import type { TableDefinition } from './table-definition.ts';

export interface DataFile {
  readonly file: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** Text of the partition values, in the order of the keys; null is Hive's default partition. */
  readonly partition: readonly (string | null)[];
}

export const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** Hive writes what would trouble a path as %XX. */
const unescaped = (value: string) =>
  value === HIVE_NULL
    ? null
    : value.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Hive takes names that start with _ or . for its own; an empty object holds no rows. */
const isData = (relativeKey: string, sizeBytes: number) =>
  sizeBytes > 0 && !relativeKey.split('/').some((part) => part.startsWith('_') || part.startsWith('.'));

export function dataFiles(table: TableDefinition, buckets: Buckets, glue: GlueStore): DataFile[] {
  const { database, name, input } = table.record;
  const location = input.StorageDescriptor?.Location;
  if (!location) throw new QueryError('HIVE_INVALID_METADATA', `The table ${database}.${name} has no location`);
  const keys = (input.PartitionKeys ?? []).map((key) => (key.Name ?? '').toLowerCase());
  const below = (uri: string, partition: DataFile['partition']): DataFile[] => {
    const { bucket, key } = s3Location(uri, `The location of ${database}.${name}`);
    const prefix = asFolder(key);
    return buckets
      .list(bucket, prefix)
      .filter((object) => isData(object.key.slice(prefix.length), object.sizeBytes))
      .map((object) => ({ file: object.file, key: object.key, sizeBytes: object.sizeBytes, partition }));
  };
  if (keys.length === 0) {
    const isIceberg = input.Parameters?.table_type?.toUpperCase() === 'ICEBERG';
    return below(
      isIceberg && !location.replace(/\/$/, '').endsWith('/data') ? `${location.replace(/\/$/, '')}/data` : location,
      [],
    );
  }
  const projection = tableProjection(input.Parameters ?? {}, keys, location);
  if (!projection) {
    return glue.partitions(database, name).flatMap(({ values, input: partition }) => {
      const path = keys.map((key, i) => `${key}=${values[i]}`).join('/');
      return below(
        partition.StorageDescriptor?.Location ?? `${location.replace(/\/$/, '')}/${path}`,
        values.map((value) => (value === HIVE_NULL ? null : value)),
      );
    });
  }
  const { bucket, key } = s3Location(projection.prefix, 'storage.location.template');
  return buckets.list(bucket, key).flatMap((object) => {
    const values = projection.values(`s3://${bucket}/${object.key}`);
    if (!values || !isData(object.key.slice(object.key.lastIndexOf('/') + 1), object.sizeBytes)) return [];
    return [{ file: object.file, key: object.key, sizeBytes: object.sizeBytes, partition: values.map(unescaped) }];
  });
}
