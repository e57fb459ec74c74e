/** A Glue table as a query sees it. */
import type { TableRecord } from '../../glue/glue-store.ts';
import { parseGlueType } from '../sql/parse-type.ts';
import { QueryError } from '../sql/query-error.ts';
import type { Type } from '../sql/types.ts';

export interface TableColumn {
  readonly name: string;
  readonly type: Type;
  readonly isPartition: boolean;
}

export interface TableDefinition {
  readonly record: TableRecord;
  readonly columns: readonly TableColumn[];
}

export function tableDefinition(record: TableRecord): TableDefinition {
  const { input } = record;
  if (input.TableType === 'VIRTUAL_VIEW') {
    throw new QueryError('NOT_SUPPORTED', `The view ${record.database}.${record.name} is not run by this engine`);
  }
  const plain = input.StorageDescriptor?.Columns ?? [];
  const keys = input.PartitionKeys ?? [];
  const column = (isPartition: boolean) => (c: { Name?: string | undefined; Type?: string | undefined }) => ({
    name: (c.Name ?? '').toLowerCase(),
    type: parseGlueType(c.Type ?? 'string'),
    isPartition,
  });
  return { record, columns: [...plain.map(column(false)), ...keys.map(column(true))] };
}
