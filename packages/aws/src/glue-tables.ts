import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteTableCommand,
  type GlueClient,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { ExternalTable, Tables } from '@tidemark/pipeline';
import { calling, isServiceError, translateError } from './translate-error.ts';

const columns = (all: ExternalTable['columns']) => all.map(({ name, type }) => ({ Name: name, Type: type }));

const tableInput = (table: ExternalTable): TableInput => ({
  Name: table.name,
  TableType: 'EXTERNAL_TABLE',
  Parameters: { classification: 'parquet', EXTERNAL: 'TRUE', ...table.parameters },
  PartitionKeys: columns(table.partitionKeys),
  StorageDescriptor: {
    Location: table.location,
    Columns: columns(table.columns),
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  },
});

export function createGlueTables(glue: GlueClient): Tables {
  return {
    async ensureDatabase(name) {
      try {
        await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name } }));
      } catch (error) {
        if (!isServiceError(error, 'AlreadyExistsException')) throw translateError(`creating the database ${name}`, error);
      }
    },
    async put(table) {
      const request = { DatabaseName: table.database, TableInput: tableInput(table) };
      try {
        await glue.send(new CreateTableCommand(request));
      } catch (error) {
        if (!isServiceError(error, 'AlreadyExistsException')) throw translateError(`creating the table ${table.name}`, error);
        await calling(`updating the table ${table.name}`, () => glue.send(new UpdateTableCommand(request)));
      }
    },
    async drop(database, name) {
      try {
        await glue.send(new DeleteTableCommand({ DatabaseName: database, Name: name }));
      } catch (error) {
        if (!isServiceError(error, 'EntityNotFoundException')) throw translateError(`dropping the table ${name}`, error);
      }
    },
  };
}
