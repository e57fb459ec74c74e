import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaFixture, createAthenaFixture } from './athena-fixture.ts';

let fixture: AthenaFixture;
beforeAll(async () => {
  fixture = await createAthenaFixture();
  for (const name of ['c', 'a', 'b']) {
    fixture.table(name, `tables/${name}/`, { id: 'bigint' }, { keys: { day: 'string' }, parameters: { owner: 'me' } });
  }
});
afterAll(() => fixture.stop());

const CatalogName = 'AwsDataCatalog';
const DatabaseName = 'default';

describe("Athena's catalogue", () => {
  it('is one, with the databases of Glue', async () => {
    expect(await fixture.call('ListDataCatalogs', {})).toEqual({ DataCatalogsSummary: [{ CatalogName, Type: 'GLUE' }] });
    expect(await fixture.call('GetDataCatalog', { Name: CatalogName })).toMatchObject({ DataCatalog: { Name: CatalogName } });
    expect(await fixture.call('ListDatabases', { CatalogName })).toMatchObject({ DatabaseList: [{ Name: DatabaseName }] });
    expect(await fixture.call('GetDatabase', { CatalogName, DatabaseName })).toMatchObject({ Database: { Name: DatabaseName } });
  });

  it('describes a table with its columns, keys and place', async () => {
    const { TableMetadata } = await fixture.call('GetTableMetadata', { CatalogName, DatabaseName, TableName: 'A' });
    expect(TableMetadata).toMatchObject({
      Name: 'a',
      TableType: 'EXTERNAL_TABLE',
      Columns: [{ Name: 'id', Type: 'bigint' }],
      PartitionKeys: [{ Name: 'day', Type: 'string' }],
      Parameters: { owner: 'me', location: 's3://lake/tables/a/', 'serde.serialization.lib': expect.stringContaining('Parquet') },
    });
  });

  it('is listed page by page', async () => {
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = (await fixture.call('ListTableMetadata', { CatalogName, DatabaseName, MaxResults: 2, NextToken })) as {
        TableMetadataList: { Name: string }[];
        NextToken?: string;
      };
      names.push(...page.TableMetadataList.map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { operation: 'GetTableMetadata', input: { CatalogName, DatabaseName, TableName: 'nope' }, code: 'MetadataException' },
    { operation: 'GetDatabase', input: { CatalogName, DatabaseName: 'nope' }, code: 'MetadataException' },
    { operation: 'ListTableMetadata', input: { CatalogName, DatabaseName, Expression: 'a*' }, code: 'InvalidRequestException' },
    { operation: 'ListTableMetadata', input: { CatalogName, DatabaseName, NextToken: 'x' }, code: 'InvalidRequestException' },
    { operation: 'ListDatabases', input: { CatalogName: 'mysql' }, code: 'InvalidRequestException' },
  ])('answers $code to $operation $input', async ({ operation, input, code }) => {
    await expect(fixture.call(operation, input)).rejects.toMatchObject({ code, status: 400 });
  });
});
