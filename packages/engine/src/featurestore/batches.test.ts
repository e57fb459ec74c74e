import {
  BatchGetRecordCommand,
  BatchWriteRecordCommand,
  type BatchWriteRecordEntry,
  DeleteRecordCommand,
  GetRecordCommand,
  ListRecordsCommand,
  PutRecordCommand,
  UpdateRecordCommand,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, removeDataDir, startHarness, values } from './feature-store.fixture.ts';

let harness: Harness;
const at = '2024-01-01T00:00:00Z';
const arn = (name: string) => `arn:aws:sagemaker:eu-central-1:123456789012:feature-group/${name}`;
const entry = (id: string, more: Partial<BatchWriteRecordEntry> = {}, group = 'batched'): BatchWriteRecordEntry => ({
  FeatureGroupName: group,
  Record: values({ id, at, count: '1', share: '0.5' }),
  ...more,
});
const write = (Entries: BatchWriteRecordEntry[], more: object = {}) =>
  harness.runtime.send(new BatchWriteRecordCommand({ Entries, ...more }));
const read = (ids: string[], more: object = {}, group = 'batched') =>
  harness.runtime.send(
    new BatchGetRecordCommand({ Identifiers: [{ FeatureGroupName: group, RecordIdentifiersValueAsString: ids, ...more }] }),
  );
const numbered = (count: number, prefix = 'n') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

beforeAll(async () => {
  harness = await startHarness();
  await harness.createGroup('batched');
  await harness.createGroup('other', { OfflineStoreConfig: undefined });
  for (let start = 0; start < 100; start += 25)
    await write(
      numbered(100)
        .slice(start, start + 25)
        .map((id) => entry(id)),
    );
});
afterAll(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

describe('BatchWriteRecord', () => {
  test('takes 25 entries and refuses 26 as a whole', async () => {
    expect(await write(numbered(25, 'w').map((id) => entry(id)))).toMatchObject({ Errors: [], UnprocessedEntries: [] });
    await expect(write(numbered(26, 'w').map((id) => entry(id)))).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('one bad entry fails alone and is echoed exactly as it was sent', async () => {
    const bad = {
      FeatureGroupName: 'batched',
      Record: values({ note: 'ü', count: '7', at }),
      TtlDuration: { Unit: 'Days' as const, Value: 2 },
    };
    const answer = await write([entry('good1'), bad, entry('good2'), entry('lost', {}, 'nobody')]);
    expect(answer.Errors?.map(({ Entry, ErrorCode }) => ({ Entry, ErrorCode }))).toEqual([
      { Entry: bad, ErrorCode: 'ValidationError' },
      { Entry: entry('lost', {}, 'nobody'), ErrorCode: 'ResourceNotFound' },
    ]);
    expect((await read(['good1', 'good2'])).Records).toHaveLength(2);
  });

  test("an entry's own TTL comes before the call's", async () => {
    const now = new Date(Math.floor(harness.context.clock.nowMs() / 1000) * 1000);
    const record = (id: string) => values({ id, at: now.toISOString() });
    await write(
      [
        { FeatureGroupName: 'other', Record: record('own'), TtlDuration: { Unit: 'Hours', Value: 1 } },
        { FeatureGroupName: 'other', Record: record('shared') },
      ],
      { TtlDuration: { Unit: 'Weeks', Value: 1 } },
    );
    const { Records } = await harness.runtime.send(
      new BatchGetRecordCommand({
        Identifiers: [{ FeatureGroupName: 'other', RecordIdentifiersValueAsString: ['own', 'shared'] }],
        ExpirationTimeResponse: 'Enabled',
      }),
    );
    expect(Records?.map(({ ExpiresAt }) => Date.parse(ExpiresAt as string) - now.getTime())).toEqual([3_600_000, 7 * 86_400_000]);
  });
});

describe('BatchGetRecord', () => {
  test('answers 100 ids and refuses 101, in one identifier or in several', async () => {
    expect((await read(numbered(100))).Records).toHaveLength(100);
    await expect(read(numbered(101))).rejects.toMatchObject({ name: 'ValidationError' });
    const Identifiers = [numbered(60), numbered(41)].map((ids) => ({
      FeatureGroupName: 'batched',
      RecordIdentifiersValueAsString: ids,
    }));
    await expect(harness.runtime.send(new BatchGetRecordCommand({ Identifiers }))).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  test('missing ids are in none of the lists; groups are echoed as they were asked for', async () => {
    await harness.runtime.send(new PutRecordCommand({ FeatureGroupName: 'other', Record: values({ id: 'o', at }) }));
    const answer = await harness.runtime.send(
      new BatchGetRecordCommand({
        Identifiers: [
          { FeatureGroupName: 'batched', RecordIdentifiersValueAsString: ['n1', 'absent'], FeatureNames: ['share', 'note'] },
          { FeatureGroupName: arn('other'), RecordIdentifiersValueAsString: ['o'] },
        ],
      }),
    );
    expect(answer).toMatchObject({
      Records: [
        { FeatureGroupName: 'batched', RecordIdentifierValueAsString: 'n1', Record: values({ share: '0.5' }) },
        { FeatureGroupName: arn('other'), RecordIdentifierValueAsString: 'o', Record: values({ id: 'o', at }) },
      ],
      Errors: [],
      UnprocessedIdentifiers: [],
    });
    expect(answer.Records).toHaveLength(2);
  });

  test('picks the features that were asked for, in the order of the definitions, whatever their values hold', async () => {
    const tricky = '},{"FeatureName":"count","ValueAsString":"9"}]\\"';
    const record = { id: tricky, at, note: `${tricky}\n${tricky}`, count: '4' };
    await write([entry('tricky', { Record: values(record) })]);
    const names = Object.keys(record) as (keyof typeof record)[];
    for (let choice = 1; choice < 1 << names.length; choice++) {
      const chosen = names.filter((_, at) => (choice & (1 << at)) !== 0);
      const answer = await read([tricky], { FeatureNames: chosen.toReversed() });
      const picked = answer.Records?.[0]?.Record ?? [];
      expect(new Set(picked.map(({ FeatureName }) => FeatureName))).toEqual(new Set(chosen));
      for (const { FeatureName, ValueAsString } of picked) expect(ValueAsString).toBe(record[FeatureName as keyof typeof record]);
    }
  });

  test('refuses an unknown feature name and an unknown group', async () => {
    await expect(read(['n1'], { FeatureNames: ['colour'] })).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(read(['n1'], {}, 'nobody')).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

test('every operation takes the ARN in place of the name', async () => {
  await harness.createGroup('Arn-Group', { OnlineStoreConfig: { EnableOnlineStore: true, StorageType: 'Standard_V2' } });
  const FeatureGroupName = arn('Arn-Group');
  await harness.runtime.send(new PutRecordCommand({ FeatureGroupName, Record: values({ id: 'a', at }) }));
  await harness.runtime.send(
    new UpdateRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: 'a', Features: values({ note: 'n' }) }),
  );
  await write([entry('b', { FeatureGroupName })]);
  expect(
    (await harness.runtime.send(new GetRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: 'a' }))).Record,
  ).toEqual(values({ id: 'a', at, note: 'n' }));
  expect((await harness.runtime.send(new ListRecordsCommand({ FeatureGroupName }))).RecordIdentifiers).toEqual(['a', 'b']);
  await harness.runtime.send(
    new DeleteRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: 'a', EventTime: '2024-01-02T00:00:00Z' }),
  );
  expect((await read(['a', 'b'], {}, FeatureGroupName)).Records).toHaveLength(1);
});

describe('UpdateRecord', () => {
  const update = (id: string, features: Record<string, string>, more: object = {}, group = 'updated') =>
    harness.runtime.send(
      new UpdateRecordCommand({
        FeatureGroupName: group,
        RecordIdentifierValueAsString: id,
        Features: values(features),
        ...more,
      }),
    );
  const get = async (id: string) =>
    (await harness.runtime.send(new GetRecordCommand({ FeatureGroupName: 'updated', RecordIdentifierValueAsString: id }))).Record;

  beforeAll(async () => {
    await harness.createGroup('updated', { OnlineStoreConfig: { EnableOnlineStore: true, StorageType: 'Standard_V2' } });
    await harness.runtime.send(
      new PutRecordCommand({ FeatureGroupName: 'updated', Record: values({ id: 'u', at, count: '1', note: 'kept' }) }),
    );
  });

  test('changes what is listed, keeps the rest, and sends the whole row offline', async () => {
    await update('u', { count: '2' });
    expect(await get('u')).toEqual(values({ id: 'u', at, count: '2', note: 'kept' }));
    await harness.drainNow();
    expect(await harness.offlineRows(`SELECT count, note FROM offline WHERE id = 'u' ORDER BY count`)).toEqual([
      { count: '1', note: 'kept' },
      { count: '2', note: 'kept' },
    ]);
  });

  test('an older event time is a conflict, a newer one is kept', async () => {
    await expect(update('u', { at: '2023-12-31T00:00:00Z', count: '3' })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
    await update('u', { at: '2024-01-05T00:00:00Z' });
    expect(await get('u')).toContainEqual({ FeatureName: 'at', ValueAsString: '2024-01-05T00:00:00Z' });
  });

  test('a missing and a soft-deleted record are not found; a Standard store refuses', async () => {
    await expect(update('nobody', { count: '3' })).rejects.toMatchObject({
      name: 'ResourceNotFound',
      $metadata: { httpStatusCode: 404 },
    });
    await harness.runtime.send(
      new DeleteRecordCommand({
        FeatureGroupName: 'updated',
        RecordIdentifierValueAsString: 'u',
        EventTime: '2024-02-01T00:00:00Z',
      }),
    );
    await expect(update('u', { count: '3' })).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await expect(update('n1', { count: '3' }, {}, 'batched')).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('a TTL needs the event time', async () => {
    await expect(update('u', { count: '3' }, { TtlDuration: { Unit: 'Days', Value: 1 } })).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });
});
