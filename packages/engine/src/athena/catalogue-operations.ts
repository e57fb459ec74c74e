/** Athena's own view of the Glue catalogue, which JDBC drivers and SQL front ends ask for. There is one catalogue. */
import * as athena from '@aws-sdk/client-athena';
import type { Column } from '@aws-sdk/client-glue';
import { type DatabaseRecord, databaseNotFound, type GlueStore, type TableRecord, tableNotFound } from '../glue/glue-store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { operation, type Service } from '../wire/service.ts';
import { invalidRequest } from './start-query.ts';

const CATALOG = 'AwsDataCatalog';
const PAGE = 50;

const checkCatalog = (name: string | undefined) => {
  if (name?.toLowerCase() !== CATALOG.toLowerCase())
    throw invalidRequest(`Catalog ${name} is not found: the only one is ${CATALOG}`);
};
const metadataError = ({ code, message }: AwsError) => new AwsError('MetadataException', `${code}: ${message}`);

function page<T>(items: readonly T[], token: string | undefined, size = PAGE): { items: T[]; NextToken?: string } {
  const start = Number(token ?? 0);
  if (!Number.isSafeInteger(start) || start < 0) throw invalidRequest('NextToken was not given by this operation');
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}

const databaseAnswer = ({ name, description, parameters }: DatabaseRecord): athena.Database => ({
  Name: name,
  ...(description !== undefined && { Description: description }),
  Parameters: { ...parameters },
});

const columnAnswer = ({ Name, Type, Comment }: Column): athena.Column => ({
  Name,
  Type,
  ...(Comment !== undefined && { Comment }),
});

/** Parameters hold what the storage descriptor says, under Hive's names. */
function tableAnswer({ name, createdMs, input }: TableRecord): athena.TableMetadata {
  const storage = input.StorageDescriptor ?? {};
  const serde = storage.SerdeInfo ?? {};
  const described = {
    location: storage.Location,
    inputformat: storage.InputFormat,
    outputformat: storage.OutputFormat,
    'serde.serialization.lib': serde.SerializationLibrary,
    ...Object.fromEntries(Object.entries(serde.Parameters ?? {}).map(([key, value]) => [`serde.param.${key}`, value])),
  };
  const present = Object.entries(described).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    Name: name,
    CreateTime: new Date(createdMs),
    TableType: input.TableType ?? 'EXTERNAL_TABLE',
    Columns: (storage.Columns ?? []).map(columnAnswer),
    PartitionKeys: (input.PartitionKeys ?? []).map(columnAnswer),
    Parameters: { ...input.Parameters, ...Object.fromEntries(present) },
  };
}

export function catalogueOperations(glue: GlueStore, account: string): Service['operations'] {
  const database = (catalog: string | undefined, name: string | undefined): DatabaseRecord => {
    checkCatalog(catalog);
    const found = glue.database(name ?? '');
    if (!found) throw metadataError(databaseNotFound(name ?? ''));
    return found;
  };

  return {
    ListDataCatalogs: operation<athena.ListDataCatalogsInput, athena.ListDataCatalogsOutput>(athena.ListDataCatalogs$, () => ({
      DataCatalogsSummary: [{ CatalogName: CATALOG, Type: 'GLUE' }],
    })),
    GetDataCatalog: operation<athena.GetDataCatalogInput, athena.GetDataCatalogOutput>(athena.GetDataCatalog$, ({ Name }) => {
      checkCatalog(Name);
      return { DataCatalog: { Name: CATALOG, Type: 'GLUE', Parameters: { 'catalog-id': account } } };
    }),
    ListDatabases: operation<athena.ListDatabasesInput, athena.ListDatabasesOutput>(athena.ListDatabases$, (input) => {
      checkCatalog(input.CatalogName);
      const { items, NextToken } = page(glue.databases(), input.NextToken, input.MaxResults);
      return { DatabaseList: items.map(databaseAnswer), NextToken };
    }),
    GetDatabase: operation<athena.GetDatabaseInput, athena.GetDatabaseOutput>(athena.GetDatabase$, (input) => ({
      Database: databaseAnswer(database(input.CatalogName, input.DatabaseName)),
    })),
    ListTableMetadata: operation<athena.ListTableMetadataInput, athena.ListTableMetadataOutput>(
      athena.ListTableMetadata$,
      (input) => {
        if (input.Expression !== undefined) throw invalidRequest('ListTableMetadata: Expression is not supported by this engine');
        const tables = glue.tables(database(input.CatalogName, input.DatabaseName).name);
        const { items, NextToken } = page(tables, input.NextToken, input.MaxResults);
        return { TableMetadataList: items.map(tableAnswer), NextToken };
      },
    ),
    GetTableMetadata: operation<athena.GetTableMetadataInput, athena.GetTableMetadataOutput>(
      athena.GetTableMetadata$,
      (input) => {
        const { name } = database(input.CatalogName, input.DatabaseName);
        const table = glue.table(name, input.TableName ?? '');
        if (!table) throw metadataError(tableNotFound(input.TableName ?? ''));
        return { TableMetadata: tableAnswer(table) };
      },
    ),
  };
}
