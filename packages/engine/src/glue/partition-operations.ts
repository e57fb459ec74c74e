/** The operations on partitions. Values name a partition; they are compared as they were written. */
import * as glue from '@aws-sdk/client-glue';
import { AwsError } from '../wire/aws-error.ts';
import { operation, type Service } from '../wire/service.ts';
import type { GlueStore, PartitionRecord, TableRecord } from './glue-store.ts';
import { page, partitionAnswer } from './table-answer.ts';

const notFound = () => new AwsError('EntityNotFoundException', 'Partition not found.');

export function partitionOperations(
  store: GlueStore,
  existingTable: (database: string | undefined, name: string | undefined) => TableRecord,
  account: string,
): Service['operations'] {
  const find = (table: TableRecord, values: readonly string[] | undefined): PartitionRecord | undefined => {
    const wanted = JSON.stringify(values ?? []);
    return store.partitions(table.database, table.name).find((one) => JSON.stringify(one.values) === wanted);
  };
  const add = (table: TableRecord, input: glue.PartitionInput | undefined): void => {
    if (input?.Values?.length !== (table.input.PartitionKeys?.length ?? 0))
      throw new AwsError('InvalidInputException', 'The number of partition keys do not match the number of partition values');
    if (!store.addPartition(table.database, table.name, input))
      throw new AwsError('AlreadyExistsException', 'Partition already exists.');
  };
  const remove = (table: TableRecord, values: readonly string[] | undefined): void => {
    if (!store.dropPartition(table.database, table.name, values ?? [])) throw notFound();
  };
  /** What fails is told by its values; the others are done. */
  const each = <T>(items: readonly T[] | undefined, valuesOf: (item: T) => string[] | undefined, work: (item: T) => void) => {
    const Errors: glue.PartitionError[] = [];
    for (const item of items ?? []) {
      try {
        work(item);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Errors.push({
          PartitionValues: valuesOf(item) ?? [],
          ErrorDetail: { ErrorCode: error.code, ErrorMessage: error.message },
        });
      }
    }
    return { Errors };
  };

  return {
    GetPartition: operation<glue.GetPartitionRequest, glue.GetPartitionResponse>(glue.GetPartition$, (input) => {
      const table = existingTable(input.DatabaseName, input.TableName);
      const found = find(table, input.PartitionValues);
      if (!found) throw notFound();
      return { Partition: partitionAnswer(found, table, account) };
    }),
    GetPartitions: operation<glue.GetPartitionsRequest, glue.GetPartitionsResponse>(glue.GetPartitions$, (input) => {
      if (input.Expression)
        throw new AwsError('InvalidInputException', 'GetPartitions: Expression is not supported by this engine');
      const table = existingTable(input.DatabaseName, input.TableName);
      const all = store.partitions(table.database, table.name);
      const { items, next } = page(all, input.NextToken, input.MaxResults ?? 1000);
      return { Partitions: items.map((partition) => partitionAnswer(partition, table, account)), NextToken: next };
    }),
    CreatePartition: operation<glue.CreatePartitionRequest, glue.CreatePartitionResponse>(glue.CreatePartition$, (input) => {
      add(existingTable(input.DatabaseName, input.TableName), input.PartitionInput);
      return {};
    }),
    BatchCreatePartition: operation<glue.BatchCreatePartitionRequest, glue.BatchCreatePartitionResponse>(
      glue.BatchCreatePartition$,
      (input) => {
        const table = existingTable(input.DatabaseName, input.TableName);
        return each(
          input.PartitionInputList,
          ({ Values }) => Values,
          (partition) => add(table, partition),
        );
      },
    ),
    DeletePartition: operation<glue.DeletePartitionRequest, glue.DeletePartitionResponse>(glue.DeletePartition$, (input) => {
      remove(existingTable(input.DatabaseName, input.TableName), input.PartitionValues);
      return {};
    }),
    BatchDeletePartition: operation<glue.BatchDeletePartitionRequest, glue.BatchDeletePartitionResponse>(
      glue.BatchDeletePartition$,
      (input) => {
        const table = existingTable(input.DatabaseName, input.TableName);
        return each(
          input.PartitionsToDelete,
          ({ Values }) => Values,
          ({ Values }) => remove(table, Values),
        );
      },
    ),
  };
}
