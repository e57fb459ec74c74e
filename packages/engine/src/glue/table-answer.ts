/** How stored tables and partitions look in Glue's answers. */
import type { Partition, Table, TableInput } from '@aws-sdk/client-glue';
import { AwsError } from '../wire/aws-error.ts';
import type { PartitionRecord, TableRecord } from './glue-store.ts';

/** Checks the name and lower-cases what Glue lower-cases: the table's and the columns' names. */
export function normalizedTable(input: TableInput | undefined): TableInput {
  if (!input?.Name) throw new AwsError('InvalidInputException', 'TableInput.Name is missing');
  const lower = <C extends { Name: string | undefined }>(columns: readonly C[] | undefined) =>
    columns?.map((column) => ({ ...column, Name: column.Name?.toLowerCase() ?? '' }));
  const storage = input.StorageDescriptor;
  return {
    ...input,
    Name: input.Name.toLowerCase(),
    ...(storage && { StorageDescriptor: { ...storage, Columns: lower(storage.Columns) ?? [] } }),
    PartitionKeys: lower(input.PartitionKeys) ?? [],
  };
}

export function tableAnswer(record: TableRecord, account: string): Table {
  const { LastAccessTime, LastAnalyzedTime, ...input } = record.input;
  return {
    ...(input as Omit<TableInput, 'LastAccessTime' | 'LastAnalyzedTime'>),
    Name: record.name,
    DatabaseName: record.database,
    CatalogId: account,
    VersionId: String(record.version),
    CreateTime: new Date(record.createdMs),
    UpdateTime: new Date(record.updatedMs),
    ...(LastAccessTime && { LastAccessTime: new Date(LastAccessTime) }),
    ...(LastAnalyzedTime && { LastAnalyzedTime: new Date(LastAnalyzedTime) }),
    Retention: input.Retention ?? 0,
    IsRegisteredWithLakeFormation: false,
  };
}

export const partitionAnswer = (record: PartitionRecord, table: TableRecord, account: string): Partition => ({
  Values: [...record.values],
  DatabaseName: table.database,
  TableName: table.name,
  CatalogId: account,
  CreationTime: new Date(record.createdMs),
  Parameters: record.input.Parameters ?? {},
  StorageDescriptor: { ...table.input.StorageDescriptor, ...record.input.StorageDescriptor },
});

/** One page of `items`; the token is the position of the next page. */
export function page<T>(items: readonly T[], token: string | undefined, size: number): { items: T[]; next?: string } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isSafeInteger(start) || start < 0)
    throw new AwsError('InvalidInputException', 'NextToken was not given by this catalogue');
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { next: String(end) }) };
}
