/** Input format, output format and serde of Hive's STORED AS names. */
import type { StorageDescriptor } from '@aws-sdk/client-glue';
import { LAZY_SIMPLE } from '../sql/parse-create-table.ts';

export const TEXT_INPUT = 'org.apache.hadoop.mapred.TextInputFormat';
export const TEXT_OUTPUT = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat';

const text = (SerializationLibrary: string, Parameters: Record<string, string>): StorageDescriptor => ({
  InputFormat: TEXT_INPUT,
  OutputFormat: TEXT_OUTPUT,
  SerdeInfo: { SerializationLibrary, Parameters },
});

export const STORAGE: Readonly<Record<string, StorageDescriptor>> = {
  PARQUET: {
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: {
      SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      Parameters: { 'serialization.format': '1' },
    },
  },
  TEXTFILE: text(LAZY_SIMPLE, { 'serialization.format': '\\001', 'field.delim': '\\001' }),
  JSON: text('org.openx.data.jsonserde.JsonSerDe', {}),
};
