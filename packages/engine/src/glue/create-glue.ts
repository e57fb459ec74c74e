/**
 * AWS Glue Data Catalog: databases, tables and partitions.
 *
 * Gaps: every operation that is not in the table below answers UnknownOperationException; an `Expression` over
 *   partitions answers InvalidInputException, since a filter that is ignored would be a wrong answer.
 * Differences by design: one catalogue, the account's own; versions are counted, old ones are not kept.
 * Client quirks: pyiceberg needs VersionId in GetTable and sends it back in UpdateTable; awswrangler sends CatalogId.
 */
import * as glue from '@aws-sdk/client-glue';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets, Catalogue } from '../ports.ts';
import { AwsError } from '../wire/aws-error.ts';
import { operation, type Service } from '../wire/service.ts';
import { createCatalogue } from './catalogue.ts';
import { createGlueStore, type DatabaseRecord, databaseNotFound, type GlueStore, tableNotFound } from './glue-store.ts';
import { partitionOperations } from './partition-operations.ts';
import { normalizedTable, page, tableAnswer } from './table-answer.ts';

export interface Glue {
  readonly service: Service;
  readonly catalogue: Catalogue;
  readonly tables: GlueStore;
  stop(): void;
}

const present = (value: string | undefined, member: string): string => {
  if (value === undefined || value === '') throw new AwsError('InvalidInputException', `${member} is missing`);
  return value;
};

/** Glue takes a regular expression; people write `abc*`. */
function namePattern(expression: string): RegExp {
  try {
    return new RegExp(`^(?:${expression.replaceAll(/(?<!\.)\*/g, '.*')})$`);
  } catch {
    throw new AwsError('InvalidInputException', 'GetTables: Expression is no regular expression');
  }
}

export function createGlue(context: EngineContext, _parts: { readonly buckets: Buckets }): Glue {
  const store = createGlueStore(context.dataDir, context.clock.nowMs);
  const { account } = context;

  const databaseAnswer = (record: DatabaseRecord): glue.Database => ({
    Name: record.name,
    Description: record.description,
    LocationUri: record.locationUri,
    Parameters: { ...record.parameters },
    CreateTime: new Date(record.createdMs),
    CatalogId: account,
  });
  const existingDatabase = (name: string | undefined) => {
    const wanted = present(name, 'DatabaseName');
    const record = store.database(wanted);
    if (!record) throw databaseNotFound(wanted.toLowerCase());
    return record;
  };
  const existingTable = (database: string | undefined, name: string | undefined) => {
    const wanted = present(name, 'Name');
    const record = store.table(existingDatabase(database).name, wanted);
    if (!record) throw tableNotFound(wanted.toLowerCase());
    return record;
  };

  const operations: Service['operations'] = {
    GetDatabase: operation<glue.GetDatabaseRequest, glue.GetDatabaseResponse>(glue.GetDatabase$, ({ Name }) => ({
      Database: databaseAnswer(existingDatabase(Name)),
    })),
    GetDatabases: operation<glue.GetDatabasesRequest, glue.GetDatabasesResponse>(glue.GetDatabases$, (input) => {
      const { items, next } = page(store.databases(), input.NextToken, input.MaxResults ?? 100);
      return { DatabaseList: items.map(databaseAnswer), NextToken: next };
    }),
    CreateDatabase: operation<glue.CreateDatabaseRequest, glue.CreateDatabaseResponse>(
      glue.CreateDatabase$,
      ({ DatabaseInput: input }) => {
        store.createDatabase({
          name: present(input?.Name, 'DatabaseInput.Name'),
          description: input?.Description,
          locationUri: input?.LocationUri,
          parameters: input?.Parameters ?? {},
        });
        return {};
      },
    ),
    DeleteDatabase: operation<glue.DeleteDatabaseRequest, glue.DeleteDatabaseResponse>(glue.DeleteDatabase$, ({ Name }) => {
      store.dropDatabase(existingDatabase(Name).name);
      return {};
    }),
    GetTable: operation<glue.GetTableRequest, glue.GetTableResponse>(glue.GetTable$, ({ DatabaseName, Name }) => ({
      Table: tableAnswer(existingTable(DatabaseName, Name), account),
    })),
    GetTables: operation<glue.GetTablesRequest, glue.GetTablesResponse>(glue.GetTables$, (input) => {
      const pattern = input.Expression ? namePattern(input.Expression) : undefined;
      const all = store.tables(existingDatabase(input.DatabaseName).name);
      const wanted = pattern ? all.filter((table) => pattern.test(table.name)) : all;
      const { items, next } = page(wanted, input.NextToken, input.MaxResults ?? 100);
      return { TableList: items.map((table) => tableAnswer(table, account)), NextToken: next };
    }),
    CreateTable: operation<glue.CreateTableRequest, glue.CreateTableResponse>(glue.CreateTable$, (input) => {
      store.createTable(present(input.DatabaseName, 'DatabaseName'), normalizedTable(input.TableInput));
      return {};
    }),
    UpdateTable: operation<glue.UpdateTableRequest, glue.UpdateTableResponse>(glue.UpdateTable$, (input) => {
      const table = normalizedTable(input.TableInput);
      const current = existingTable(input.DatabaseName, table.Name);
      if (input.VersionId !== undefined && input.VersionId !== String(current.version)) {
        throw new AwsError('ConcurrentModificationException', `Table ${current.name} is at version ${current.version}`);
      }
      store.replaceTable(current.database, table);
      return {};
    }),
    DeleteTable: operation<glue.DeleteTableRequest, glue.DeleteTableResponse>(glue.DeleteTable$, ({ DatabaseName, Name }) => {
      const table = existingTable(DatabaseName, Name);
      store.dropTable(table.database, table.name);
      return {};
    }),
    ...partitionOperations(store, existingTable, account),
  };

  return {
    service: { name: 'glue', protocol: 'awsJson1_1', targetPrefix: 'AWSGlue', operations },
    catalogue: createCatalogue(store),
    tables: store,
    stop: () => store.close(),
  };
}
