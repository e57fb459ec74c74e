import {
  AddTagsCommand,
  CreateFeatureGroupCommand,
  type CreateFeatureGroupCommandInput,
  DeleteFeatureGroupCommand,
  DescribeFeatureGroupCommand,
  ListFeatureGroupsCommand,
  ListTagsCommand,
  SearchCommand,
  UpdateFeatureGroupCommand,
} from '@aws-sdk/client-sagemaker';
import { GetRecordCommand, PutRecordCommand } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  definitions,
  type Harness,
  removeDataDir,
  roleArn,
  startHarness,
  values,
} from '../featurestore/feature-store.fixture.ts';

let harness: Harness;

beforeAll(async () => {
  const startedMs = Date.now();
  harness = await startHarness({ settings: { schemaCacheMs: 300_000 }, machineNowMs: () => startedMs });
});
afterAll(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

const valid: CreateFeatureGroupCommandInput = {
  FeatureGroupName: 'unused',
  RecordIdentifierFeatureName: 'id',
  EventTimeFeatureName: 'at',
  FeatureDefinitions: definitions({ id: 'String', at: 'String' }),
  OnlineStoreConfig: { EnableOnlineStore: true },
};
const offline = { OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://lake/features/' } }, RoleArn: roleArn };
const create = (change: Partial<CreateFeatureGroupCommandInput>) =>
  harness.sagemaker.send(new CreateFeatureGroupCommand({ ...valid, ...change }));
const describeGroup = (FeatureGroupName: string) => harness.sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName }));

test('a group is Creating, then Created; its path and table end in the second of its creation', async () => {
  const { FeatureGroupArn } = await create({ FeatureGroupName: 'Airport-Hours', ...offline });
  expect(FeatureGroupArn).toBe('arn:aws:sagemaker:eu-central-1:123456789012:feature-group/Airport-Hours');
  expect((await describeGroup('Airport-Hours')).FeatureGroupStatus).toBe('Creating');
  const early = harness.runtime.send(
    new PutRecordCommand({ FeatureGroupName: 'Airport-Hours', Record: values({ id: 'a', at: '2024-01-01T00:00:00Z' }) }),
  );
  await expect(early).rejects.toMatchObject({ name: 'ValidationError' });
  harness.context.clock.advance(1000);
  const group = await describeGroup(FeatureGroupArn as string);
  const epoch = Math.floor((group.CreationTime as Date).getTime() / 1000);
  const path = `s3://lake/features/123456789012/sagemaker/eu-central-1/offline-store/Airport-Hours-${epoch}/data`;
  expect(group).toMatchObject({
    FeatureGroupStatus: 'Created',
    FeatureDefinitions: valid.FeatureDefinitions,
    OnlineStoreConfig: { EnableOnlineStore: true },
    OfflineStoreConfig: {
      S3StorageConfig: { S3Uri: 's3://lake/features/', ResolvedOutputS3Uri: path },
      DataCatalogConfig: { Catalog: 'AwsDataCatalog', Database: 'sagemaker_featurestore', TableName: `airport_hours_${epoch}` },
    },
    OfflineStoreStatus: { Status: 'Active' },
  });
  expect(group).not.toHaveProperty('NextToken');
  expect(group).not.toHaveProperty('LastUpdateStatus');
  expect(harness.tables.get(`sagemaker_featurestore.airport_hours_${epoch}`)).toMatchObject({
    location: path,
    columns: [
      { name: 'id', type: 'string' },
      { name: 'at', type: 'string' },
      { name: 'write_time', type: 'timestamp' },
      { name: 'api_invocation_time', type: 'timestamp' },
      { name: 'is_deleted', type: 'boolean' },
    ],
  });
});

describe('CreateFeatureGroup refuses', () => {
  test.each<[string, Partial<CreateFeatureGroupCommandInput>, string | RegExp]>([
    [
      'no store at all',
      { OnlineStoreConfig: undefined },
      'Validation Error: OnlineStore and OfflineStore cannot be both disabled. Please enable at least one of them and retry the request.',
    ],
    ['a bad name', { FeatureGroupName: '-x' }, /FeatureGroupName/],
    ['an Integral event time', { FeatureDefinitions: definitions({ id: 'String', at: 'Integral' }) }, /event time feature at/],
    ['a missing identifier', { RecordIdentifierFeatureName: 'nobody' }, /nobody/],
    [
      'a reserved name',
      { FeatureDefinitions: definitions({ id: 'String', at: 'String', write_time: 'String' }) },
      /write_time is reserved/,
    ],
    [
      'a feature twice',
      { FeatureDefinitions: [...definitions({ id: 'String', at: 'String' }), { FeatureName: 'id', FeatureType: 'String' }] },
      /defined twice/,
    ],
    [
      'columns that would fall together',
      { ...offline, FeatureDefinitions: definitions({ id: 'String', at: 'String', ID: 'String' }) },
      /one column/,
    ],
    [
      'an unknown type',
      {
        FeatureDefinitions: [
          ...definitions({ id: 'String', at: 'String' }),
          { FeatureName: 'x', FeatureType: 'Decimal' as never },
        ],
      },
      /FeatureType of x/,
    ],
    [
      'a collection outside InMemory',
      {
        FeatureDefinitions: [
          ...definitions({ id: 'String', at: 'String' }),
          { FeatureName: 'x', FeatureType: 'String', CollectionType: 'List' },
        ],
      },
      /InMemory/,
    ],
    ['an offline store without a role', { ...offline, RoleArn: undefined }, /role ARN/],
    [
      'an S3 URI that is none',
      { ...offline, OfflineStoreConfig: { S3StorageConfig: { S3Uri: 'lake' } } },
      /Invalid S3Uri provided/,
    ],
    [
      'a bucket that is not there',
      { ...offline, OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://missing/x' } } },
      /Invalid S3Uri provided/,
    ],
    [
      'Iceberg with a Fractional event time',
      {
        ...offline,
        FeatureDefinitions: definitions({ id: 'String', at: 'Fractional' }),
        OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://lake' }, TableFormat: 'Iceberg' },
      },
      /event time feature of type String/,
    ],
    [
      'Iceberg without its table',
      {
        ...offline,
        OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://lake' }, TableFormat: 'Iceberg', DisableGlueTableCreation: true },
      },
      /cannot be combined with DisableGlueTableCreation/,
    ],
    ['a TTL without unit', { OnlineStoreConfig: { EnableOnlineStore: true, TtlDuration: { Value: 3 } as never } }, /TtlDuration/],
    [
      'a missing member',
      { EventTimeFeatureName: undefined },
      /'eventTimeFeatureName' failed to satisfy constraint: Member must not be null/,
    ],
  ])('%s', async (_why, change, message) => {
    await expect(create(change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test('a name that is taken', async () => {
    await create({ FeatureGroupName: 'taken' });
    await expect(create({ FeatureGroupName: 'taken' })).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: expect.stringMatching(/^Resource Already Exists: FeatureGroup with name taken already exists\./),
    });
  });
});

test('the table of a group in Iceberg format lies over the folder that its data folder is in', async () => {
  await create({
    FeatureGroupName: 'lake',
    ...offline,
    OfflineStoreConfig: { ...offline.OfflineStoreConfig, TableFormat: 'Iceberg' },
  });
  const { OfflineStoreConfig } = await describeGroup('lake');
  const path = OfflineStoreConfig?.S3StorageConfig?.ResolvedOutputS3Uri as string;
  expect(OfflineStoreConfig?.TableFormat).toBe('Iceberg');
  expect(path).toMatch(/\/offline-store\/lake-\d+\/data$/);
  expect(harness.tables.get(`sagemaker_featurestore.${OfflineStoreConfig?.DataCatalogConfig?.TableName}`)).toMatchObject({
    format: 'iceberg',
    location: path.slice(0, -'/data'.length),
  });
});

test('a custom table that exists lets the call succeed and the creation fail', async () => {
  const config = {
    ...offline.OfflineStoreConfig,
    DataCatalogConfig: { Catalog: 'AwsDataCatalog', Database: 'own', TableName: 'chosen' },
  };
  await create({ FeatureGroupName: 'first', ...offline, OfflineStoreConfig: config });
  await create({ FeatureGroupName: 'second', ...offline, OfflineStoreConfig: config });
  harness.context.clock.advance(1000);
  expect((await describeGroup('first')).FeatureGroupStatus).toBe('Created');
  expect(await describeGroup('second')).toMatchObject({
    FeatureGroupStatus: 'CreateFailed',
    FailureReason: expect.stringContaining('chosen'),
  });
});

test('an added feature shows at once, reaches the data plane after its cache, and the table', async () => {
  await create({ FeatureGroupName: 'growing', ...offline });
  harness.context.clock.advance(1000);
  const FeatureAdditions = definitions({ speed: 'Fractional' });
  await harness.sagemaker.send(new UpdateFeatureGroupCommand({ FeatureGroupName: 'growing', FeatureAdditions }));
  const group = await describeGroup('growing');
  expect(group.LastUpdateStatus).toEqual({ Status: 'InProgress' });
  expect(group.FeatureDefinitions?.at(-1)).toEqual(FeatureAdditions[0]);
  const table = harness.tables.get(`sagemaker_featurestore.${group.OfflineStoreConfig?.DataCatalogConfig?.TableName}`);
  expect(table?.columns.map(({ name }) => name)).toEqual([
    'id',
    'at',
    'speed',
    'write_time',
    'api_invocation_time',
    'is_deleted',
  ]);
  const again = new UpdateFeatureGroupCommand({
    FeatureGroupName: 'growing',
    FeatureAdditions: definitions({ other: 'String' }),
  });
  await expect(harness.sagemaker.send(again)).rejects.toMatchObject({ name: 'ValidationException' });

  const put = () =>
    harness.runtime.send(
      new PutRecordCommand({ FeatureGroupName: 'growing', Record: values({ id: 'a', at: '2024-01-01T00:00:00Z', speed: '1' }) }),
    );
  await expect(put()).rejects.toMatchObject({ name: 'ValidationError' });
  harness.context.clock.advance(300_000);
  await put();
  expect((await describeGroup('growing')).LastUpdateStatus).toEqual({ Status: 'Successful' });
});

test('a deleted group is gone at once with its records; the table stays; the name can be used again', async () => {
  await create({ FeatureGroupName: 'passing', ...offline });
  harness.context.clock.advance(1000);
  const before = harness.tables.size;
  await harness.runtime.send(
    new PutRecordCommand({ FeatureGroupName: 'passing', Record: values({ id: 'a', at: '2024-01-01T00:00:00Z' }) }),
  );
  await harness.sagemaker.send(new DeleteFeatureGroupCommand({ FeatureGroupName: 'passing' }));
  await expect(describeGroup('passing')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  expect(harness.tables.size).toBe(before);
  await create({ FeatureGroupName: 'passing', ...offline });
  harness.context.clock.advance(1000);
  expect(
    (await harness.runtime.send(new GetRecordCommand({ FeatureGroupName: 'passing', RecordIdentifierValueAsString: 'a' })))
      .Record,
  ).toBeUndefined();
  await harness.drainNow();
  expect(await harness.offlineRows(`SELECT id FROM offline WHERE id = 'a' AND speed IS NULL`)).toHaveLength(1);
});

test('an offline-only group takes puts and answers no reads', async () => {
  await create({ FeatureGroupName: 'history', ...offline, OnlineStoreConfig: undefined });
  harness.context.clock.advance(1000);
  await harness.runtime.send(
    new PutRecordCommand({ FeatureGroupName: 'history', Record: values({ id: 'a', at: '2024-01-01T00:00:00Z' }) }),
  );
  await expect(
    harness.runtime.send(new GetRecordCommand({ FeatureGroupName: 'history', RecordIdentifierValueAsString: 'a' })),
  ).rejects.toMatchObject({ name: 'ValidationError' });
  expect(await describeGroup('history')).not.toHaveProperty('OnlineStoreConfig');
});

test('collections live in InMemory groups', async () => {
  const FeatureDefinitions = [
    ...definitions({ id: 'String', at: 'String' }),
    { FeatureName: 'tags', FeatureType: 'String' as const, CollectionType: 'Set' as const },
    {
      FeatureName: 'place',
      FeatureType: 'Fractional' as const,
      CollectionType: 'Vector' as const,
      CollectionConfig: { VectorConfig: { Dimension: 2 } },
    },
  ];
  await create({
    FeatureGroupName: 'lists',
    FeatureDefinitions,
    OnlineStoreConfig: { EnableOnlineStore: true, StorageType: 'InMemory' },
  });
  harness.context.clock.advance(1000);
  const put = (lists: object[]) =>
    harness.runtime.send(
      new PutRecordCommand({
        FeatureGroupName: 'lists',
        Record: [...values({ id: 'a', at: '2024-01-01T00:00:00Z' }), ...lists] as never,
      }),
    );
  await put([
    { FeatureName: 'tags', ValueAsStringList: ['x', 'y', 'x'] },
    { FeatureName: 'place', ValueAsStringList: ['1', '2.5'] },
  ]);
  const { Record } = await harness.runtime.send(
    new GetRecordCommand({ FeatureGroupName: 'lists', RecordIdentifierValueAsString: 'a' }),
  );
  expect(Record?.slice(2)).toEqual([
    { FeatureName: 'tags', ValueAsStringList: ['x', 'y'] },
    { FeatureName: 'place', ValueAsStringList: ['1', '2.5'] },
  ]);
  await expect(put([{ FeatureName: 'place', ValueAsStringList: ['1'] }])).rejects.toMatchObject({ name: 'ValidationError' });
  // The JS client leaves a null element out; others send it.
  const body = {
    Record: [...values({ id: 'a', at: '2024-01-01T00:00:00Z' }), { FeatureName: 'tags', ValueAsStringList: ['1', null] }],
  };
  const answer = await fetch(`http://127.0.0.1:${harness.port}/FeatureGroup/lists`, {
    method: 'PUT',
    body: JSON.stringify(body),
  });
  expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationError']);
});

test('lists by name, in pages, without a token on the last', async () => {
  for (const name of ['list-b', 'list-a', 'list-c']) await create({ FeatureGroupName: name });
  const list = (more: object) =>
    harness.sagemaker.send(
      new ListFeatureGroupsCommand({ NameContains: 'list-', SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 2, ...more }),
    );
  const first = await list({});
  const second = await list({ NextToken: first.NextToken });
  expect(
    [first, second].map(({ FeatureGroupSummaries }) => FeatureGroupSummaries?.map(({ FeatureGroupName }) => FeatureGroupName)),
  ).toEqual([['list-a', 'list-b'], ['list-c']]);
  expect(second).not.toHaveProperty('NextToken');
});

test('tags are kept and added to', async () => {
  const { FeatureGroupArn: ResourceArn } = await create({ FeatureGroupName: 'tagged', Tags: [{ Key: 'team', Value: 'a' }] });
  await harness.sagemaker.send(
    new AddTagsCommand({
      ResourceArn,
      Tags: [
        { Key: 'team', Value: 'b' },
        { Key: 'cost', Value: '1' },
      ],
    }),
  );
  expect((await harness.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([
    { Key: 'team', Value: 'b' },
    { Key: 'cost', Value: '1' },
  ]);
});

test('what is not built is refused by name and not retried', async () => {
  await expect(harness.sagemaker.send(new SearchCommand({ Resource: 'FeatureGroup' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining('SageMaker.Search'),
    $metadata: { httpStatusCode: 400, attempts: 1 },
  });
});
