/** The `Catalogue` port: how the engine's own services register tables without going over the wire. */
import type { TableInput } from '@aws-sdk/client-glue';
import type { Catalogue, CatalogueColumn, CatalogueTable } from '../ports.ts';
import { type GlueStore, tableNotFound } from './glue-store.ts';

/** As the service registers a feature group's table: no partition keys are shown, though the path is partitioned. */
const PARQUET = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    Parameters: { 'serialization.format': '1' },
  },
};

const glueColumns = (columns: readonly CatalogueColumn[]) =>
  columns.map(({ name, type }) => ({ Name: name.toLowerCase(), Type: type }));

const tableInput = (table: CatalogueTable): TableInput => ({
  Name: table.name.toLowerCase(),
  TableType: 'EXTERNAL_TABLE',
  Parameters: table.format === 'iceberg' ? { EXTERNAL: 'TRUE', table_type: 'ICEBERG' } : { EXTERNAL: 'TRUE' },
  PartitionKeys: [],
  StorageDescriptor: { ...PARQUET, Location: table.location, Columns: glueColumns(table.columns) },
});

export function createCatalogue(store: GlueStore): Catalogue {
  return {
    ensureDatabase(name) {
      if (store.database(name)) return;
      store.createDatabase({ name, description: undefined, locationUri: undefined, parameters: {} });
    },
    createTable: (table) => store.createTable(table.database, tableInput(table)),
    setColumns(database, name, columns) {
      const table = store.table(database, name);
      if (!table) throw tableNotFound(name);
      const StorageDescriptor = { ...table.input.StorageDescriptor, Columns: glueColumns(columns) };
      store.replaceTable(database, { ...table.input, StorageDescriptor });
    },
    hasTable: (database, name) => store.table(database, name) !== undefined,
  };
}
