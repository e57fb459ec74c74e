import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets } from '../ports.ts';
import { profiles } from '../settings.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { createGlue, type Glue } from './create-glue.ts';

let dataDir: string;
let glue: Glue;
const open = () =>
  createGlue(
    {
      dataDir,
      clock: createEngineClock(() => 1_767_225_600_000),
      settings: profiles.default,
      account: '123456789012',
      region: 'eu-west-1',
      random: () => 0,
      log: () => undefined,
    } satisfies EngineContext,
    {
      buckets: {} as Buckets,
    },
  );

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'glue-'));
  glue = open();
  glue.catalogue.ensureDatabase('Store');
});
afterEach(() => {
  glue.stop();
  rmSync(dataDir, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client would
const call = async (operation: string, input: unknown): Promise<any> =>
  glue.service.operations[operation]?.handle(input as never, { requestId: '', region: '', accessKeyId: undefined });
const table = (Name: string, extra = {}) => ({
  DatabaseName: 'store',
  TableInput: { Name, StorageDescriptor: { Location: 's3://b/t', Columns: [{ Name: 'Key', Type: 'string' }] }, ...extra },
});

describe('Glue', () => {
  it('lower-cases the names of databases, tables and columns and finds them in any case', async () => {
    await call('CreateTable', table('Flights'));
    const { Table } = await call('GetTable', { DatabaseName: 'STORE', Name: 'FLIGHTS' });
    expect(Table).toMatchObject({
      Name: 'flights',
      DatabaseName: 'store',
      VersionId: '0',
      StorageDescriptor: { Columns: [{ Name: 'key', Type: 'string' }] },
    });
    expect(Table.CreateTime).toEqual(new Date(1_767_225_600_000));
    expect((await call('GetDatabases', {})).DatabaseList).toMatchObject([{ Name: 'store' }]);
  });

  it.each([
    { operation: 'GetDatabase', input: { Name: 'nope' }, code: 'EntityNotFoundException' },
    { operation: 'GetTable', input: { DatabaseName: 'store', Name: 'nope' }, code: 'EntityNotFoundException' },
    { operation: 'GetTable', input: { DatabaseName: 'nope', Name: 't' }, code: 'EntityNotFoundException' },
    { operation: 'DeleteTable', input: { DatabaseName: 'store', Name: 'nope' }, code: 'EntityNotFoundException' },
    { operation: 'CreateDatabase', input: { DatabaseInput: { Name: 'STORE' } }, code: 'AlreadyExistsException' },
    { operation: 'CreateTable', input: table('taken'), code: 'AlreadyExistsException' },
    { operation: 'CreateTable', input: { ...table('x'), DatabaseName: 'nope' }, code: 'EntityNotFoundException' },
    { operation: 'UpdateTable', input: { ...table('taken'), VersionId: '7' }, code: 'ConcurrentModificationException' },
    {
      operation: 'GetPartitions',
      input: { DatabaseName: 'store', TableName: 'taken', Expression: 'a = 1' },
      code: 'InvalidInputException',
    },
    { operation: 'GetTables', input: { DatabaseName: 'store', Expression: '(' }, code: 'InvalidInputException' },
    { operation: 'GetTables', input: { DatabaseName: 'store', NextToken: 'x' }, code: 'InvalidInputException' },
  ])('answers $code to $operation $input', async ({ operation, input, code }) => {
    await call('CreateTable', table('taken'));
    await expect(call(operation, input)).rejects.toMatchObject({ code, status: 400 });
  });

  it('keeps everything over a restart, and counts versions', async () => {
    await call(
      'CreateTable',
      table('t', { PartitionKeys: [{ Name: 'Year', Type: 'string' }], Parameters: { 'projection.enabled': 'true' } }),
    );
    await call('UpdateTable', { ...table('t', { PartitionKeys: [{ Name: 'year', Type: 'string' }] }), VersionId: '0' });
    const { Errors } = await call('BatchCreatePartition', {
      DatabaseName: 'store',
      TableName: 't',
      PartitionInputList: [{ Values: ['2026'] }, { Values: ['2026'] }, { Values: [] }],
    });
    expect(Errors.map((error: { ErrorDetail: { ErrorCode: string } }) => error.ErrorDetail.ErrorCode)).toEqual([
      'AlreadyExistsException',
      'InvalidInputException',
    ]);
    glue.stop();
    glue = open();
    expect((await call('GetTable', { DatabaseName: 'store', Name: 't' })).Table).toMatchObject({
      VersionId: '1',
      PartitionKeys: [{ Name: 'year' }],
    });
    expect((await call('GetPartitions', { DatabaseName: 'store', TableName: 't' })).Partitions).toMatchObject([
      { Values: ['2026'], StorageDescriptor: { Location: 's3://b/t' } },
    ]);
    await call('DeleteTable', { DatabaseName: 'store', Name: 't' });
    await call('CreateTable', table('t'));
    expect((await call('GetPartitions', { DatabaseName: 'store', TableName: 't' })).Partitions).toEqual([]);
  });

  it('adds, finds and deletes partitions by their values', async () => {
    await call('CreateTable', table('t', { PartitionKeys: [{ Name: 'day', Type: 'string' }] }));
    const name = { DatabaseName: 'store', TableName: 't' };
    for (const day of ['1', '2', '3']) await call('CreatePartition', { ...name, PartitionInput: { Values: [day] } });
    await expect(call('CreatePartition', { ...name, PartitionInput: { Values: ['1'] } })).rejects.toMatchObject({
      code: 'AlreadyExistsException',
    });
    expect((await call('GetPartition', { ...name, PartitionValues: ['2'] })).Partition).toMatchObject({ Values: ['2'] });
    await call('DeletePartition', { ...name, PartitionValues: ['2'] });
    const { Errors } = await call('BatchDeletePartition', {
      ...name,
      PartitionsToDelete: [{ Values: ['2'] }, { Values: ['3'] }],
    });
    expect(Errors).toEqual([
      { PartitionValues: ['2'], ErrorDetail: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Partition not found.' } },
    ]);
    expect((await call('GetPartitions', name)).Partitions).toMatchObject([{ Values: ['1'] }]);
    await expect(call('GetPartition', { ...name, PartitionValues: ['3'] })).rejects.toMatchObject({
      code: 'EntityNotFoundException',
    });
  });

  it('deletes a database with its tables', async () => {
    await call('CreateTable', table('t', { PartitionKeys: [{ Name: 'day', Type: 'string' }] }));
    await call('CreatePartition', { DatabaseName: 'store', TableName: 't', PartitionInput: { Values: ['1'] } });
    await call('DeleteDatabase', { Name: 'STORE' });
    await expect(call('GetDatabase', { Name: 'store' })).rejects.toMatchObject({ code: 'EntityNotFoundException' });
    await call('CreateDatabase', { DatabaseInput: { Name: 'store' } });
    expect((await call('GetTables', { DatabaseName: 'store' })).TableList).toEqual([]);
  });

  it('pages through tables', async () => {
    for (const name of ['c', 'a', 'b', 'x']) await call('CreateTable', table(name));
    const first = await call('GetTables', { DatabaseName: 'store', MaxResults: 2 });
    const second = await call('GetTables', { DatabaseName: 'store', MaxResults: 2, NextToken: first.NextToken });
    expect([...first.TableList, ...second.TableList].map(({ Name }) => Name)).toEqual(['a', 'b', 'c', 'x']);
    expect(second.NextToken).toBeUndefined();
    expect((await call('GetTables', { DatabaseName: 'store', Expression: 'a*|b' })).TableList).toHaveLength(2);
  });

  it('registers the tables of feature groups without partition keys and replaces their columns', async () => {
    const given = { database: 'Store', name: 'Group_1', location: 's3://b/g/data', format: 'glue' as const };
    glue.catalogue.createTable({ ...given, columns: [{ name: 'Id', type: 'string' }] });
    expect(() => glue.catalogue.createTable({ ...given, columns: [] })).toThrow(
      expect.objectContaining({ code: 'AlreadyExistsException' }),
    );
    glue.catalogue.setColumns('store', 'group_1', [
      { name: 'Id', type: 'string' },
      { name: 'Value', type: 'double' },
    ]);
    expect(glue.catalogue.hasTable('STORE', 'GROUP_1')).toBe(true);
    const { Table } = await call('GetTable', { DatabaseName: 'store', Name: 'group_1' });
    expect(Table).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [],
      StorageDescriptor: {
        Location: 's3://b/g/data',
        Columns: [
          { Name: 'id', Type: 'string' },
          { Name: 'value', Type: 'double' },
        ],
      },
    });
  });
});
