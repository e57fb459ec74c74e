/**
 * A second, partitioned table over the path of a Glue-format feature group.
 *
 * The table that the service creates shows no partition columns although its files lie by hour of event time. Partition
 * projection computes the partitions from the ranges below, so nothing needs to be registered when an hour begins.
 */
import { printHiveIdentifier, printText } from './print-identifier.ts';
import type { TableName } from './tree.ts';

export interface ProjectedTable {
  readonly table: TableName;
  /** The folder with `year=…` in it: the group's resolved output URI. */
  readonly location: string;
  readonly columns: readonly { readonly name: string; readonly type: 'string' | 'bigint' | 'double' | 'boolean' | 'timestamp' }[];
  /** Years of event time, both included. Rows outside are invisible through this table. */
  readonly firstYear: number;
  readonly lastYear: number;
}

const PARTITION_KEYS = ['year', 'month', 'day', 'hour'] as const;
const INPUT_FORMAT = 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat';
const OUTPUT_FORMAT = 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat';
const SERDE = 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe';

/** The table's parameters: what makes Athena project its partitions. */
export function projectedTableParameters({
  location,
  firstYear,
  lastYear,
}: Pick<ProjectedTable, 'location' | 'firstYear' | 'lastYear'>): Record<string, string> {
  const ranges = { year: [firstYear, lastYear, 4], month: [1, 12, 2], day: [1, 31, 2], hour: [0, 23, 2] } as const;
  const projections = PARTITION_KEYS.flatMap((key) => {
    const [first, last, digits] = ranges[key];
    return [
      [`projection.${key}.type`, 'integer'],
      [`projection.${key}.range`, `${String(first).padStart(digits, '0')},${String(last).padStart(digits, '0')}`],
      [`projection.${key}.digits`, String(digits)],
    ];
  });
  const folders = PARTITION_KEYS.map((key) => `${key}=\${${key}}`).join('/');
  return Object.fromEntries([
    ['EXTERNAL', 'TRUE'],
    ['classification', 'parquet'],
    ['projection.enabled', 'true'],
    ...projections,
    ['storage.location.template', `${withSlash(location)}${folders}/`],
  ]);
}

/** The `TableInput` of Glue's CreateTable. */
export function projectedTableInput(table: ProjectedTable) {
  return {
    Name: table.table.name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: projectedTableParameters(table),
    PartitionKeys: PARTITION_KEYS.map((Name) => ({ Name, Type: 'string' })),
    StorageDescriptor: {
      Columns: table.columns.map(({ name, type }) => ({ Name: name, Type: type })),
      Location: withSlash(table.location),
      InputFormat: INPUT_FORMAT,
      OutputFormat: OUTPUT_FORMAT,
      SerdeInfo: { SerializationLibrary: SERDE, Parameters: { 'serialization.format': '1' } },
    },
  };
}

/** The same table as Athena's DDL, which is Hive's. */
export function printProjectedTable(table: ProjectedTable): string {
  const columns = table.columns.map(({ name, type }) => `  ${printHiveIdentifier(name)} ${type}`);
  const partitions = PARTITION_KEYS.map((key) => `${printHiveIdentifier(key)} string`);
  // EXTERNAL is what CREATE EXTERNAL TABLE says already.
  const properties = Object.entries(projectedTableParameters(table)).filter(([name]) => name !== 'EXTERNAL');
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${printHiveIdentifier(table.table.database)}.${printHiveIdentifier(table.table.name)} (`,
    columns.join(',\n'),
    ')',
    `PARTITIONED BY (${partitions.join(', ')})`,
    'STORED AS PARQUET',
    `LOCATION ${printText(withSlash(table.location))}`,
    'TBLPROPERTIES (',
    properties.map(([name, value]) => `  ${printText(name)} = ${printText(value)}`).join(',\n'),
    ')',
  ].join('\n');
}

const withSlash = (location: string) => (location.endsWith('/') ? location : `${location}/`);
